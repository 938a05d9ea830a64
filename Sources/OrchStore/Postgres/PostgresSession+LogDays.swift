/// The partitions of `log_segment`, one for each day on which runs with lines were made, so that a day that has become empty
/// is unlinked and leaves nothing to be vacuumed.
extension PostgresSession {
    private static let prefix = "log_segment_day_"

    /// Makes the day's partition where there is none.
    func prepareLogs(of day: Int64) throws {
        let name = "\(Self.prefix)\(day)"
        let known = try row("SELECT to_regclass(?)::text", [name])
        if let known, known.values.first != .null { return }
        // Two that find it missing would both make it, and one fail.
        try lock("log days")
        _ = try run(
            "CREATE TABLE IF NOT EXISTS \(name) PARTITION OF log_segment FOR VALUES FROM (\(day)) TO (\(day + 1))", [])
    }

    func dropEmptyLogDays(before day: Int64) throws -> Int {
        try lock("log days")
        let names = try rows(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'log_segment'::regclass"
        ).map { row in
            var reader = RowReader(row, table: "pg_inherits")
            return try reader.next(String.self)
        }
        var count = 0
        for name in names {
            guard let range = name.firstRange(of: Self.prefix), let past = Int64(name[range.upperBound...]), past < day
            else { continue }
            guard try rows("SELECT 1 FROM \(name) LIMIT 1").isEmpty else { continue }
            // Nobody may add to it between the last look and the end of it.
            _ = try run("LOCK TABLE \(name) IN ACCESS EXCLUSIVE MODE", [])
            guard try rows("SELECT 1 FROM \(name) LIMIT 1").isEmpty else { continue }
            _ = try run("DROP TABLE \(name)", [])
            count += 1
        }
        return count
    }
}
