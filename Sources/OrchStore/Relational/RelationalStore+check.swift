import LogSegments
import OrchModel

extension RelationalStore {
    /// What is wrong with what the store holds, a sentence for each; empty where nothing is.
    package func problems() async throws -> [String] {
        let structure = try await database.structuralProblems()
        // What a broken file says of itself is not worth reading.
        guard structure.isEmpty else { return structure }
        let rows = try await read { db in try Self.checks.flatMap { try $0.problems(db) } }
        return try await rows + unreadableLines()
    }

    /// How many segments are looked at in one transaction.
    private static let segmentsAtOnce: Int64 = 200

    /// What is wrong with the lines of logs: each segment is unpacked to its end.
    private func unreadableLines() async throws -> [String] {
        var problems: [String] = []
        var last: (run: Int64, first: Int64) = (-1, -1)
        while true {
            let (run, first) = last
            let page = try await read { try Self.segments(after: run, first, $0) }
            problems += page.problems
            guard let end = page.end else { return problems }
            last = end
        }
    }

    private struct SegmentPage: Sendable {
        var problems: [String] = []
        var end: (run: Int64, first: Int64)?
    }

    private static func segments(after run: Int64, _ first: Int64, _ db: any SQLSession) throws -> SegmentPage {
        var page = SegmentPage()
        let rows = try db.rows(
            """
            SELECT run, (SELECT id FROM flow_run WHERE number = run), content, \(LogSegmentRow.columns)
            FROM log_segment WHERE run > ? OR (run = ? AND first > ?) ORDER BY run, first LIMIT ?
            """, [run, run, first, segmentsAtOnce])
        for row in rows {
            var reader = RowReader(row, table: "log_segment")
            let (run, id): (Int64, String) = (try reader.next(), try reader.next())
            let content: [UInt8] = try reader.next()
            let segment = try LogSegmentRow(&reader)
            page.end = (run, segment.place.first)
            do {
                try segment.check(content)
            } catch {
                let lines = "\(segment.place.line) to \(segment.place.line + segment.lines - 1)"
                page.problems.append(
                    "lines \(lines) of attempt \(segment.place.attempt) of run \(id) cannot be read: \(error)")
            }
        }
        return page
    }

    /// A statement whose rows are wrong, each by its name.
    private struct Check {
        var sql: String
        var problem: @Sendable (String) -> String

        func problems(_ db: any SQLSession) throws -> [String] {
            try db.rows(sql).map { row in
                var reader = RowReader(row, table: "flow_run")
                return problem(try reader.next())
            }
        }
    }

    private static let checks = [
        Check(
            sql: """
                SELECT id FROM flow_run
                WHERE \(StoreSchema.isLive) AND root_number IS NULL AND agent IS NULL AND attempt > 0
                    AND state_type != 'PAUSED'
                ORDER BY number
                """
        ) { "run \($0) is live, yet no agent holds it" },
        Check(
            sql: """
                SELECT id FROM flow_run
                WHERE state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED') AND lease_expires_at IS NOT NULL
                ORDER BY number
                """
        ) { "run \($0) has ended, yet a lease on it goes on" },
        Check(
            sql: """
                SELECT flow_run.id FROM flow_run
                WHERE attempt > 0 AND root_number IS NULL
                    AND NOT EXISTS (SELECT 1 FROM attempt WHERE run = flow_run.number AND number = flow_run.attempt)
                ORDER BY flow_run.number
                """
        ) { "run \($0) has an attempt of which nothing is kept" },
        Check(
            sql: """
                SELECT child.id FROM flow_run AS child JOIN flow_run AS root ON child.root_number = root.number
                WHERE child.state_type IN ('PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
                    AND root.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
                ORDER BY child.number
                """
        ) { "child run \($0) is live, yet the run it is part of has ended" },
    ]
}
