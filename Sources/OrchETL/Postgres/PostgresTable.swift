import Postgres
import TableFormats

/// The table that a month's rows shall be in: its columns as the data has them, and the month. Building SQL is all it
/// does.
struct PostgresTable: Sendable {
    /// One column of the data.
    struct Column: Sendable, Equatable {
        /// In lower case, as users type it.
        let name: String
        /// As PostgreSQL prints it.
        let type: String
        /// Whether a table without it is none of ours.
        let isRequired: Bool

        /// Name and type as SQL.
        var definition: String { "\(PostgresConnection.quoted(name)) \(type)" }
    }

    let name: PostgresName
    let month: FileMonth
    let columns: [Column]

    /// The column that says which month's file a row came from.
    static let fileMonth = TaxiDataset.fileMonth.name

    init(_ name: PostgresName, month: FileMonth, _ schema: TableSchema) {
        self.name = name
        self.month = month
        columns = schema.columns.map { column in
            Column(
                name: column.name.lowercased(), type: Self.type(column.type),
                isRequired: column.isRequired || column.name == Self.fileMonth)
        }
    }

    /// The month as an SQL literal.
    var monthLiteral: String { "'\(month.firstDay)'" }

    /// Makes the table: one partition for each month, so that a month is replaced by putting another in its place.
    var creation: String {
        let definitions = columns.map { $0.definition + ($0.name == Self.fileMonth ? " NOT NULL" : "") }
        return "CREATE TABLE \(name.sql) (\(definitions.joined(separator: ", "))) "
            + "PARTITION BY LIST (\(PostgresConnection.quoted(Self.fileMonth)))"
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
