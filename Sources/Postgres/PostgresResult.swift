/// What a statement returned, as text.
package struct PostgresResult: Sendable, Equatable {
    /// The names of the columns.
    package var columns: [String]
    /// The rows; nil is NULL.
    package var rows: [[String?]]
    /// How many rows an INSERT, UPDATE, DELETE, COPY or SELECT touched; 0 for other statements.
    package var affectedRows: Int
    /// The server's word for what it did, such as `INSERT 0 3`.
    package var command: String
    /// The types of the columns, as object identifiers of `pg_type`. Defaults to none.
    package var types: [UInt32] = []

    /// The first value of the first row, which many queries have alone.
    package var firstValue: String? { rows.first?.first ?? nil }
}
