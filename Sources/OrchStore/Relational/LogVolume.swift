import OrchModel

/// How retention meets the storage of logs: where their bytes are, how many, and how they go. Nothing else of retention
/// knows how logs are kept.
enum LogVolume {
    /// The table whose rows hold the bytes, each of one run (`run`, the number of the container's own).
    private static let table = "log_segment"
    /// The column that numbers a table's rows, growing.
    private static let key = "first"
    /// What a row's messages are, in bytes.
    private static let size = "bytes"

    /// Their sum; PostgreSQL's of large integers is of another type.
    private static let sum = "CAST(coalesce(sum(\(size)), 0) AS BIGINT)"

    /// Bytes that go in one transaction at most, unless a single row has more.
    static let largestStep: Int64 = 4 << 20

    /// Bytes of all logs.
    static func total(_ db: any SQLSession) throws -> Int64 {
        try number("SELECT \(sum) FROM \(table)", [], db)
    }

    /// Bytes of the logs of some runs.
    ///
    /// - Parameter runs: a statement that yields their numbers.
    static func bytes(of runs: String, _ arguments: SQLArguments, _ db: any SQLSession) throws -> Int64 {
        try number("SELECT \(sum) FROM \(table) WHERE run IN (\(runs))", arguments, db)
    }

    /// Removes the first rows of a run's log.
    ///
    /// - Parameter limit: rows at most.
    /// - Returns: the rows and bytes that have gone, and whether nothing is left.
    static func remove(
        of run: Int64, atMost limit: Int, _ db: any SQLSession
    ) throws -> (rows: Int, bytes: Int64, isAll: Bool) {
        let rows = try db.rows(
            "SELECT \(key), \(size) FROM \(table) WHERE run = ? ORDER BY \(key) LIMIT ?", [run, limit + 1])
        var (count, bytes, last) = (0, Int64(0), Int64(0))
        for row in rows.prefix(limit) {
            var reader = RowReader(row, table: table)
            let (position, size): (Int64, Int64) = (try reader.next(), try reader.next())
            if count > 0, bytes + size > largestStep { break }
            count += 1
            bytes += size
            last = position
        }
        if count > 0 { try db.run("DELETE FROM \(table) WHERE run = ? AND \(key) <= ?", [run, last]) }
        return (count, bytes, count == rows.count)
    }

    private static func number(_ sql: String, _ arguments: SQLArguments, _ db: any SQLSession) throws -> Int64 {
        guard let row = try db.row(sql, arguments) else { return 0 }
        var reader = RowReader(row, table: table)
        return try reader.next()
    }
}
