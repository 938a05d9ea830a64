package import OrchModel

/// A run that has not ended by its deadline.
package struct OverdueRun: Sendable, Hashable {
    package var run: Identifier
    package var deadline: Timestamp
}

extension RelationalStore {
    package func overdue(at: Timestamp) async throws -> [OverdueRun] {
        try await read { db in
            try db.rows(
                """
                SELECT id, deadline_at FROM flow_run
                WHERE deadline_at IS NOT NULL AND \(StoreSchema.isOpen) AND deadline_at <= ? AND cancel_at IS NULL
                ORDER BY deadline_at LIMIT 1000
                """,
                [at.microseconds]
            ).map { row in
                var reader = RowReader(row, table: "flow_run")
                return OverdueRun(run: try reader.identifier(), deadline: try reader.time())
            }
        }
    }

    package func markSlow(at: Timestamp) async throws -> [Identifier] {
        let isSlow = """
            expected_span IS NOT NULL AND \(StoreSchema.isLive) AND root_number IS NULL
                AND started_at IS NOT NULL AND started_at + expected_span <= ?
                AND coalesce(slow_attempt, 0) <> attempt
            """
        // It is asked every few seconds, and nearly always there is none.
        let isNeeded = try await read { db in
            try db.row("SELECT 1 FROM flow_run WHERE \(isSlow) LIMIT 1", [at.microseconds]) != nil
        }
        guard isNeeded else { return [] }
        return try await write { db in
            let rows = try db.rows(
                """
                UPDATE flow_run SET slow_attempt = attempt WHERE \(isSlow)
                RETURNING \(RunRow.columns)
                """,
                [at.microseconds])
            return try rows.map { row in
                let row = try RunRow(row)
                try Self.remark(
                    "it takes longer than its deployment expects", level: .warning, on: row, at: at, db)
                return row.run.id
            }
        }
    }
}
