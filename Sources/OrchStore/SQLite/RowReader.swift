import FoundationEssentials
import GRDB
import OrchModel

/// Reads the columns of a row from left to right.
struct RowReader {
    private let row: Row
    private let table: String
    private var index = 0

    init(_ row: Row, table: String) {
        self.row = row
        self.table = table
    }

    /// The next column; the table's schema guarantees its type. One that may be NULL is read as an optional.
    mutating func next<Value: DatabaseValueConvertible & StatementColumnConvertible>() -> Value {
        defer { index += 1 }
        return row[index]
    }

    mutating func time() -> Timestamp { Timestamp(microseconds: next()) }

    mutating func optionalTime() -> Timestamp? {
        let microseconds: Int64? = next()
        return microseconds.map(Timestamp.init(microseconds:))
    }

    mutating func bytes() -> [UInt8]? {
        let data: Data? = next()
        return data.map(Array.init)
    }

    mutating func identifier() throws -> Identifier {
        let (column, text): (Int, String) = (index, next())
        return try Self.known(Identifier(text), text, row, table, column)
    }

    mutating func optionalIdentifier() throws -> Identifier? {
        let (column, text): (Int, String?) = (index, next())
        return try text.map { try Self.known(Identifier($0), $0, row, table, column) }
    }

    /// The next column as one of an enumeration's words or numbers.
    mutating func word<Word: RawRepresentable>(_ type: Word.Type = Word.self) throws -> Word
    where Word.RawValue: DatabaseValueConvertible & StatementColumnConvertible {
        let (column, raw): (Int, Word.RawValue) = (index, next())
        return try Self.known(Word(rawValue: raw), "\(raw)", row, table, column)
    }

    /// The next column decoded from JSON.
    mutating func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        let (column, text): (Int, String) = (index, next())
        return try Self.decoded(text, row, table, column)
    }

    mutating func optionalJSON<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value? {
        let (column, text): (Int, String?) = (index, next())
        return try text.map { try Self.decoded($0, row, table, column) }
    }

    /// Five columns: type, name, message, time, actor.
    mutating func state() throws -> RunState {
        let type: StateType = try word()
        let (name, message): (String, String) = (next(), next())
        return RunState(type, name: name, message: message, at: time(), actor: next())
    }

    private static func decoded<Value: Decodable>(
        _ text: String, _ row: Row, _ table: String, _ column: Int
    ) throws -> Value {
        try known(try? JSONText.decode(Value.self, from: text), text, row, table, column)
    }

    private static func known<Value>(
        _ value: Value?, _ text: String, _ row: Row, _ table: String, _ column: Int
    ) throws -> Value {
        if let value { return value }
        let name = Array(row.columnNames)[column]
        throw StoreError.corrupt(table: table, column: name, value: String(text.prefix(100)))
    }
}
