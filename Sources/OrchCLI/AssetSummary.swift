import OrchModel

/// An asset record on one screen.
struct AssetSummary {
    var asset: Asset

    /// The facts, then the object's columns.
    var text: String {
        facts + "\n"
            + Table(
                header: ["COLUMN", "TYPE"], rows: asset.record.schema.map { [$0.name, $0.type] },
                empty: "Its columns were not reported."
            ).text
    }

    private var facts: String {
        let record = asset.record
        return Table.facts([
            ("Object", record.uri),
            ("Dataset", "\(record.dataset) of \(record.namespace)"),
            ("Version", record.version),
            ("Schema", record.schemaVersion.map { "version \($0)" }),
            ("Rows", record.rows.map { "\($0)" }),
            ("Bytes", "\(record.bytes)"),
            ("SHA-256", record.sha256),
            ("Source", record.source),
            ("Its SHA-256", record.sourceSHA256),
            ("Month", record.fileMonth),
            ("Data interval", interval),
            ("Run", "\(asset.flowRunName) (\(asset.flowRunID)), attempt \(asset.attempt)"),
            ("Flow", asset.flowName),
            ("Written", asset.at.brief),
            ("Record", "\(asset.id)"),
        ])
    }

    private var interval: String? {
        guard let start = asset.record.dataIntervalStart, let end = asset.record.dataIntervalEnd else { return nil }
        return "\(start.brief) to \(end.brief)"
    }
}
