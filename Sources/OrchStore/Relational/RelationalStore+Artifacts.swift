package import OrchModel

extension RelationalStore {
    package func artifact(_ id: Identifier) async throws -> Artifact? {
        try await read { db in
            try db.row("SELECT \(ArtifactRow.columns), a.data FROM artifact AS a WHERE id = ?", ["\(id)"])
                .map { try ArtifactRow($0, hasData: true).artifact }
        }
    }

    package func artifact(named key: String) async throws -> Artifact? {
        try await read { db in
            try db.row(
                """
                SELECT \(ArtifactRow.columns), a.data FROM artifact AS a WHERE key = ?
                ORDER BY at DESC, position DESC LIMIT 1
                """, [key]
            ).map { try ArtifactRow($0, hasData: true).artifact }
        }
    }

    package func artifacts(matching query: ArtifactQuery) async throws -> ArtifactPage {
        try await read { db in
            let (sql, arguments) = Self.statement(for: query)
            let rows = try db.rows(sql, arguments + [query.limit + 1]).map { try ArtifactRow($0, hasData: false) }
            let page = rows.prefix(query.limit)
            let next = rows.count > page.count ? page.last?.cursor.description : nil
            return ArtifactPage(artifacts: page.map(\.artifact), next: next)
        }
    }

    package func artifactKeys(limit: Int) async throws -> [String] {
        try await read { db in
            try db.rows("SELECT key FROM artifact GROUP BY key ORDER BY max(at) DESC LIMIT ?", [limit]).map { row in
                var reader = RowReader(row, table: "artifact")
                return try reader.next()
            }
        }
    }

    /// The statement and its arguments but the last, the limit.
    private static func statement(for query: ArtifactQuery) -> (sql: String, arguments: SQLArguments) {
        var conditions: [String] = []
        var arguments = SQLArguments()
        func narrow(_ condition: String, _ values: [any SQLBindable]) {
            conditions.append(condition)
            arguments += SQLArguments(values.map(\.sqlValue))
        }
        if let key = query.key { narrow("a.key = ?", [key]) }
        if let type = query.type { narrow("a.type = ?", [type]) }
        if let run = query.flowRun { narrow("? IN (a.flow_run_id, a.root_run_id)", ["\(run)"]) }
        if let after = query.after { narrow("(a.at, a.position) < (?, ?)", [after.at, after.position]) }
        if query.isLatest {
            let later = "later.key = a.key AND (later.at, later.position) > (a.at, a.position)"
            if let run = query.flowRun {
                let ofRun = "? IN (later.flow_run_id, later.root_run_id)"
                narrow("NOT EXISTS (SELECT 1 FROM artifact AS later WHERE \(later) AND \(ofRun))", ["\(run)"])
            } else {
                narrow("NOT EXISTS (SELECT 1 FROM artifact AS later WHERE \(later))", [])
            }
        }
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return (
            "SELECT \(ArtifactRow.columns) FROM artifact AS a \(filter) ORDER BY at DESC, position DESC LIMIT ?",
            arguments
        )
    }

    /// A text as every database can keep it.
    private static func withoutNUL(_ text: String) -> String { text.replacing("\0", with: "\u{FFFD}") }

    /// Keeps what a run of a family made. A report may come again: an artifact is known by its number in the run stream.
    static func insert(_ reports: [ArtifactReport], of family: inout Family, _ db: any SQLSession) throws {
        let root = family.root.run
        for report in reports {
            guard try family.holds(report.flowRunID, db), let run = try RunRow.find(report.flowRunID, db)?.run else {
                throw StoreError.foreignRun("\(report.flowRunID)", run: "\(root.id)")
            }
            let data = report.data.jsonText
            try db.run(
                """
                INSERT INTO artifact (id, run, root_run_id, flow_run_id, flow_run_name, flow_name, attempt, sequence,
                    task_run_id, at, key, type, description, bytes, data)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (run, attempt, sequence) DO NOTHING
                """,
                [
                    "\(Identifier.new())", family.root.number, "\(root.id)", "\(run.id)", run.name, run.flowName,
                    root.attempt, report.sequence, report.taskRunID?.description, report.at.microseconds, report.key,
                    withoutNUL(report.type), withoutNUL(report.description), data.utf8.count, data,
                ])
        }
    }
}

/// A row of `artifact`.
private struct ArtifactRow {
    static let columns = """
        a.position, a.id, a.key, a.type, a.description, a.flow_run_id, a.flow_run_name, a.flow_name, a.attempt, \
        a.task_run_id, a.at, a.bytes
        """

    let position: Int64
    let artifact: Artifact

    var cursor: AssetCursor { AssetCursor(at: artifact.at.microseconds, position: position) }

    init(_ row: SQLRow, hasData: Bool) throws {
        var reader = RowReader(row, table: "artifact")
        position = try reader.next()
        var artifact = Artifact(
            id: try reader.identifier(), key: try reader.next(), type: try reader.next(),
            description: try reader.next(), flowRunID: try reader.identifier(), flowRunName: try reader.next(),
            flowName: try reader.next(), attempt: try reader.next(), taskRunID: try reader.optionalIdentifier(),
            at: try reader.time(), bytes: try reader.next())
        if hasData { artifact.data = try reader.json() }
        self.artifact = artifact
    }
}
