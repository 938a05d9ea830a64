package import OrchModel

extension RelationalStore {
    package func asset(_ id: Identifier) async throws -> Asset? {
        try await read { db in
            try db.row("SELECT \(AssetRow.columns) FROM asset AS a WHERE id = ?", ["\(id)"])
                .map { try AssetRow($0).asset }
        }
    }

    package func assets(matching query: AssetQuery) async throws -> AssetPage {
        try await read { db in
            let (sql, arguments) = Self.statement(for: query)
            let rows = try db.rows(sql, arguments + [query.limit + 1]).map(AssetRow.init)
            let page = rows.prefix(query.limit)
            let next = rows.count > page.count ? page.last?.cursor.description : nil
            return AssetPage(assets: page.map(\.asset), next: next)
        }
    }

    package func assetNames(limit: Int) async throws -> AssetNames {
        try await read { db in
            let uris = try db.rows("SELECT uri FROM asset GROUP BY uri ORDER BY max(at) DESC LIMIT ?", [limit])
            let datasets = try db.rows(
                "SELECT dataset FROM asset GROUP BY dataset ORDER BY max(at) DESC LIMIT ?", [limit])
            return AssetNames(uris: try uris.map(Self.name), datasets: try datasets.map(Self.name))
        }
    }

    private static func name(_ row: SQLRow) throws -> String {
        var reader = RowReader(row, table: "asset")
        return try reader.next()
    }

    /// The statement and its arguments but the last, the limit.
    private static func statement(for query: AssetQuery) -> (sql: String, arguments: SQLArguments) {
        var conditions: [String] = []
        var arguments = SQLArguments()
        func narrow(_ condition: String, _ values: [any SQLBindable]) {
            conditions.append(condition)
            arguments += SQLArguments(values.map(\.sqlValue))
        }
        if let uri = query.uri { narrow("a.uri = ?", [uri]) }
        if let dataset = query.dataset { narrow("a.dataset = ?", [dataset]) }
        // Not LIKE: addresses hold % and _.
        if let prefix = query.prefix { narrow("substr(a.uri, 1, length(?)) = ?", [prefix, prefix]) }
        if let run = query.flowRun { narrow("? IN (a.flow_run_id, a.root_run_id)", ["\(run)"]) }
        if let after = query.after { narrow("(a.at, a.position) < (?, ?)", [after.at, after.position]) }
        if query.isLatest {
            let later = "later.uri = a.uri AND (later.at, later.position) > (a.at, a.position)"
            if let run = query.flowRun {
                let ofRun = "? IN (later.flow_run_id, later.root_run_id)"
                narrow("NOT EXISTS (SELECT 1 FROM asset AS later WHERE \(later) AND \(ofRun))", ["\(run)"])
            } else {
                narrow("NOT EXISTS (SELECT 1 FROM asset AS later WHERE \(later))", [])
            }
        }
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return (
            "SELECT \(AssetRow.columns) FROM asset AS a \(filter) ORDER BY at DESC, position DESC LIMIT ?", arguments
        )
    }

    /// Keeps what a run of a family wrote.
    ///
    /// The same content of the same object by the same attempt is one record, so that a report may come again. Where an
    /// attempt wrote it anew after other content, the record moves to the later time.
    static func insert(_ reports: [AssetReport], of family: inout Family, _ db: any SQLSession) throws {
        let root = family.root.run
        for report in reports {
            guard try family.holds(report.flowRunID, db), let run = try RunRow.find(report.flowRunID, db)?.run else {
                throw StoreError.foreignRun("\(report.flowRunID)", run: "\(root.id)")
            }
            try db.run(
                """
                INSERT INTO asset (id, flow_run_id, root_run_id, flow_run_name, flow_name, attempt, at, dataset, uri,
                    sha256, record)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (flow_run_id, attempt, uri, sha256)
                    DO UPDATE SET at = excluded.at, record = excluded.record WHERE excluded.at > asset.at
                """,
                [
                    "\(Identifier.new())", "\(run.id)", "\(root.id)", run.name, run.flowName, root.attempt,
                    report.at.microseconds, report.record.dataset, report.record.uri, report.record.sha256,
                    try JSONText.encode(report.record),
                ])
        }
    }
}

/// A row of `asset`.
private struct AssetRow {
    static let columns = """
        a.position, a.id, a.flow_run_id, a.flow_run_name, a.flow_name, a.attempt, a.at, a.record
        """

    let position: Int64
    let asset: Asset

    var cursor: AssetCursor { AssetCursor(at: asset.at.microseconds, position: position) }

    init(_ row: SQLRow) throws {
        var reader = RowReader(row, table: "asset")
        position = try reader.next()
        asset = Asset(
            id: try reader.identifier(), flowRunID: try reader.identifier(), flowRunName: try reader.next(),
            flowName: try reader.next(), attempt: try reader.next(), at: try reader.time(), record: try reader.json())
    }
}
