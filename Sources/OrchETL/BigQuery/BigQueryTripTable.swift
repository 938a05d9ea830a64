import GoogleCloud
import TableFormats

/// A table of trips in BigQuery: its columns and the SQL that replaces a month. Building them is all it does.
struct BigQueryTripTable: Sendable {
    let project: String
    let dataset: String
    let name: String
    let fields: [BigQueryField]

    init(project: String, dataset: String, name: String, _ schema: TableSchema) {
        self.project = project
        self.dataset = dataset
        self.name = name
        fields = schema.columns.map { BigQueryField($0.name, Self.kind($0.type)) }
    }

    /// The name of a table for the rows of one load, before they count.
    func staging(_ suffix: String) -> String { "\(name)__staging_\(suffix)" }

    /// Puts the staged rows in the place of those of a month; other sessions see all of it or nothing. The month stands
    /// in the text, as emulators hand no parameters to scripts.
    /// https://cloud.google.com/bigquery/docs/transactions
    func replacement(of month: FileMonth, from staging: String) -> String {
        let columns = fields.map { "`\($0.name)`" }.joined(separator: ", ")
        return """
            BEGIN TRANSACTION;
            DELETE FROM \(quoted(name)) WHERE file_month = DATE '\(month.firstDay)';
            INSERT INTO \(quoted(name)) (\(columns)) SELECT \(columns) FROM \(quoted(staging));
            COMMIT TRANSACTION;
            """
    }

    /// How many rows a month has, as `row_count`.
    func count(of month: FileMonth) -> String {
        "SELECT COUNT(*) AS row_count FROM \(quoted(name)) WHERE file_month = DATE '\(month.firstDay)'"
    }

    /// How a table that is there differs from this one, in sentences; none where data of this shape fits.
    func differences(from existing: [BigQueryField]) -> [String] {
        var differences: [String] = []
        for field in fields {
            guard let found = existing.first(where: { $0.name.lowercased() == field.name.lowercased() }) else {
                differences.append("column \(field.name) (\(field.type.rawValue)) is missing")
                continue
            }
            if found.type != field.type || found.mode == .repeated {
                let type = found.mode == .repeated ? "ARRAY<\(found.type.rawValue)>" : found.type.rawValue
                differences.append("column \(field.name) is \(type) instead of \(field.type.rawValue)")
            }
        }
        for found in existing where !fields.contains(where: { $0.name.lowercased() == found.name.lowercased() }) {
            differences.append("column \(found.name) (\(found.type.rawValue)) is not in the data")
        }
        return differences
    }

    private func quoted(_ table: String) -> String { "`\(project)`.`\(dataset)`.`\(table)`" }

    private static func kind(_ type: ColumnType) -> BigQueryField.Kind {
        switch type {
        case .int64, .int32: .int64
        case .double: .float64
        case .text: .string
        // A wall clock's time: BigQuery's TIMESTAMP would be an instant.
        case .timestamp: .datetime
        case .date: .date
        case .bool: .bool
        }
    }
}
