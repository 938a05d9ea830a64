package import OrchModel

extension RelationalStore {
    package func ask(
        _ task: AgentTask, of queue: String, placement: Placement, until expiry: Timestamp, at: Timestamp
    ) async throws {
        try await write { db in
            try db.run("DELETE FROM agent_task WHERE expires_at < ?", [at.microseconds])
            try db.run(
                "INSERT INTO agent_task (id, work_queue, placement, question, expires_at) VALUES (?, ?, ?, ?, ?)",
                ["\(task.id)", queue, placement.text, try JSONText.encode(task.question), expiry.microseconds])
        }
    }

    package func takeQuestions(
        of queues: [String], labels: [String: JSONValue], lastTakenBefore cutoff: Timestamp, at: Timestamp
    ) async throws -> [AgentTask] {
        guard !queues.isEmpty else { return [] }
        let marks = queues.map { _ in "?" }.joined(separator: ", ")
        let isWaiting = """
            work_queue IN (\(marks)) AND answer IS NULL AND expires_at >= ? AND (taken_at IS NULL OR taken_at < ?)
            """
        let arguments =
            SQLArguments(queues.map(\.sqlValue)) + [at.microseconds, cutoff.microseconds]
        // Nearly always there is none, and looking holds nobody up.
        let isAny = try await read { db in
            try db.row("SELECT 1 FROM agent_task WHERE \(isWaiting) LIMIT 1", arguments) != nil
        }
        guard isAny else { return [] }
        return try await write { db in
            let rows = try db.rows(
                """
                SELECT id, placement, question FROM agent_task WHERE \(isWaiting)
                ORDER BY id \(db.dialect.forUpdateSkippingLocked)
                """, arguments)
            return try rows.compactMap { row in
                var reader = RowReader(row, table: "agent_task")
                let (id, placement): (Identifier, String) = (try reader.identifier(), try reader.next())
                guard Placement(text: placement)?.isMet(by: labels) ?? false else { return nil }
                let task = AgentTask(id: id, question: try reader.json())
                try db.run("UPDATE agent_task SET taken_at = ? WHERE id = ?", [at.microseconds, "\(task.id)"])
                return task
            }
        }
    }

    package func answer(_ id: Identifier, with answer: AgentTaskAnswer) async throws -> Bool {
        try await write { db in
            try db.run("UPDATE agent_task SET answer = ? WHERE id = ?", [try JSONText.encode(answer), "\(id)"]) > 0
        }
    }

    package func tell(_ news: PullNews, at: Timestamp) async throws -> Bool {
        try await write { db in
            guard let row = try db.row("SELECT answer, expires_at FROM agent_task WHERE id = ?", ["\(news.task)"])
            else {
                return false
            }
            var reader = RowReader(row, table: "agent_task")
            let (answer, expiry): (AgentTaskAnswer?, Timestamp) = (try reader.optionalJSON(), try reader.time())
            guard expiry >= at else { return false }
            // News that was overtaken by the answer says nothing.
            guard answer.map(\.isNews) != false else { return true }
            try db.run(
                "UPDATE agent_task SET answer = ? WHERE id = ?",
                [try JSONText.encode(AgentTaskAnswer.pulling(news)), "\(news.task)"])
            return true
        }
    }

    package func keepQuestion(_ id: Identifier, until expiry: Timestamp) async throws -> Bool {
        try await write { db in
            try db.run("UPDATE agent_task SET expires_at = ? WHERE id = ?", [expiry.microseconds, "\(id)"]) > 0
        }
    }

    package func answer(to id: Identifier) async throws -> AgentTaskAnswer? {
        try await read { db in
            guard let row = try db.row("SELECT answer FROM agent_task WHERE id = ?", ["\(id)"]) else { return nil }
            var reader = RowReader(row, table: "agent_task")
            return try reader.optionalJSON()
        }
    }

    package func forgetQuestion(_ id: Identifier) async throws {
        try await write { db in _ = try db.run("DELETE FROM agent_task WHERE id = ?", ["\(id)"]) }
    }
}
