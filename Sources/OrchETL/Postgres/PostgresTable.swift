import Postgres
import TableFormats

/// A table of trips in PostgreSQL: its name and columns as SQL. Building the text is all it does.
struct PostgresTable: Sendable {
    /// The schema, where one is named; else the search path decides.
    let schema: String?
    let name: String
    /// Names in lower case, as users type them, and types as PostgreSQL prints them.
    let columns: [(name: String, type: String)]

    init(schema: String?, name: String, _ table: TableSchema) {
        self.schema = schema
        self.name = name
        columns = table.columns.map { ($0.name.lowercased(), Self.type($0.type)) }
    }

    /// The name as SQL.
    var quotedName: String {
        (schema.map { PostgresConnection.quoted($0) + "." } ?? "") + PostgresConnection.quoted(name)
    }

    /// The name as people read it.
    var shownName: String { (schema.map { "\($0)." } ?? "") + name }

    /// The columns' names as SQL, with commas.
    var columnList: String {
        columns.map { PostgresConnection.quoted($0.name) }.joined(separator: ", ")
    }

    /// The columns with their types as SQL, with commas.
    var columnDefinitions: String {
        columns.map { "\(PostgresConnection.quoted($0.name)) \($0.type)" }.joined(separator: ", ")
    }

    /// The statements that make the table, and what finds the rows of a month.
    var creation: [String] {
        ["CREATE TABLE \(quotedName) (\(columnDefinitions))", "CREATE INDEX ON \(quotedName) (file_month)"]
    }

    /// How a table that is there differs from this one, in sentences; none where data of this shape fits.
    func differences(from existing: [(name: String, type: String)]) -> [String] {
        var differences: [String] = []
        for column in columns {
            guard let found = existing.first(where: { $0.name == column.name }) else {
                differences.append("column \(column.name) (\(column.type)) is missing")
                continue
            }
            if found.type != column.type {
                differences.append("column \(column.name) is \(found.type) instead of \(column.type)")
            }
        }
        for found in existing where !columns.contains(where: { $0.name == found.name }) {
            differences.append("column \(found.name) (\(found.type)) is not in the data")
        }
        return differences
    }

    private static func type(_ type: ColumnType) -> String {
        switch type {
        case .int64: "bigint"
        case .int32: "integer"
        case .double: "double precision"
        case .text: "text"
        case .timestamp: "timestamp without time zone"
        case .date: "date"
        case .bool: "boolean"
        }
    }
}
