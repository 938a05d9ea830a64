package import OrchModel

extension RelationalStore {
    /// Removes the logs of runs, and not the runs.
    ///
    /// Pages asked for later are empty; a line that an agent reports again of a live run would be kept again.
    package func removeLogs(of runs: [Identifier]) async throws {
        try await write { db in
            for run in runs {
                guard let row = try RunRow.locked(run, db), row.root == nil else { continue }
                try Self.removeLog(of: row.number, db)
            }
        }
    }

    /// Removes the log of a run by its number.
    static func removeLog(of run: Int64, _ db: any SQLSession) throws {
        // The day names the partition, where there are any: without it each of them would be looked through.
        try db.run(
            "DELETE FROM log_segment WHERE run = ?1 AND day = (SELECT day FROM log_state WHERE run = ?1)", [run])
        for table in ["log_state", "log_attempt", "log_remark"] {
            try db.run("DELETE FROM \(table) WHERE run = ?", [run])
        }
    }

    /// Gives the space of days back that hold no lines any more and lie before `day`, counted from 1970, where the database
    /// keeps days apart.
    ///
    /// - Returns: how many days went.
    @discardableResult
    package func dropEmptyLogDays(before day: Int64) async throws -> Int {
        try await write { try $0.dropEmptyLogDays(before: day) }
    }
}
