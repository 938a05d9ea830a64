public import OrchModel

/// What a query brought: columns, and rows of JSON values.
public struct QueryRows: Sendable {
    /// The names of the columns.
    public let columns: [String]
    /// The rows; values in the order of the columns. Decimal numbers, dates and times are texts, so that nothing of them is
    /// lost.
    public let rows: [[JSONValue]]
    /// How many rows a statement that changes data has touched; for one that reads, how many it brought.
    public let affectedRows: Int

    init(columns: [String], rows: [[JSONValue]], affectedRows: Int) {
        self.columns = columns
        self.rows = rows
        self.affectedRows = affectedRows
    }

    /// How many rows there are.
    public var count: Int { rows.count }

    /// The first value of the first row, which many queries have alone; nil where there is no row.
    public var first: JSONValue? { rows.first?.first }

    /// The rows as values by the names of their columns; of several columns of one name, the last.
    public var dictionaries: [[String: JSONValue]] {
        rows.map { row in Dictionary(zip(columns, row)) { $1 } }
    }

    /// The rows as values of a type: a struct whose members are named as columns are (`tripDistance` finds `trip_distance`, too),
    /// or a plain type where there is one column.
    ///
    /// ```swift
    /// struct Trip: Decodable { var id: Int; var tripDistance: Double? }
    /// let trips = try rows.decode(Trip.self)
    /// ```
    ///
    /// Numbers and truth values are read from texts as well, where those are what they say: `NUMERIC` into `Double`.
    ///
    /// - Throws: ``QueryFailure`` with the row's number and the column, without its value.
    public func decode<Row: Decodable>(_ type: Row.Type = Row.self) throws -> [Row] {
        try rows.enumerated().map { number, row in
            do {
                return try type.init(from: RowDecoder(columns: columns, row: row))
            } catch let error as DecodingError {
                throw QueryFailure("row \(number + 1) is no \(type): \(RowDecoder.reason(error))")
            }
        }
    }
}

/// Why a query did not bring what was asked for.
public struct QueryFailure: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
