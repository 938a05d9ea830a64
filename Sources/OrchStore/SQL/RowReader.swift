import OrchModel

/// Reads the columns of a row from left to right.
struct RowReader {
    private let row: SQLRow
    private let table: String
    private var index = 0

    init(_ row: SQLRow, table: String) {
        self.row = row
        self.table = table
    }

    /// The next column.
    ///
    /// - Throws: ``StoreError/corrupt(table:column:value:)`` where it holds another type, as all functions here do.
    mutating func next<Value: SQLReadable>(_ type: Value.Type = Value.self) throws -> Value {
        let (column, value) = step()
        return try known(Value(value), value, column)
    }

    /// The next column, which may be NULL.
    mutating func optional<Value: SQLReadable>(_ type: Value.Type = Value.self) throws -> Value? {
        let (column, value) = step()
        return value == .null ? nil : try known(Value(value), value, column)
    }

    mutating func time() throws -> Timestamp { Timestamp(microseconds: try next()) }

    mutating func optionalTime() throws -> Timestamp? {
        try optional(Int64.self).map(Timestamp.init(microseconds:))
    }

    mutating func identifier() throws -> Identifier {
        let (column, value) = step()
        return try known(String(value).flatMap(Identifier.init), value, column)
    }

    mutating func optionalIdentifier() throws -> Identifier? {
        let (column, value) = step()
        return value == .null ? nil : try known(String(value).flatMap(Identifier.init), value, column)
    }

    /// The next column as one of an enumeration's words or numbers.
    mutating func word<Word: RawRepresentable>(_ type: Word.Type = Word.self) throws -> Word
    where Word.RawValue: SQLReadable {
        let (column, value) = step()
        return try known(Word.RawValue(value).flatMap(Word.init), value, column)
    }

    /// The next column decoded from JSON.
    mutating func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        let (column, value) = step()
        return try decoded(value, column)
    }

    mutating func optionalJSON<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value? {
        let (column, value) = step()
        return value == .null ? nil : try decoded(value, column)
    }

    /// Five columns: type, name, message, time, actor.
    mutating func state() throws -> RunState {
        let type: StateType = try word()
        let (name, message): (String, String) = (try next(), try next())
        return RunState(type, name: name, message: message, at: try time(), actor: try next())
    }

    private mutating func step() -> (column: Int, value: SQLValue) {
        defer { index += 1 }
        return (index, row.values.indices.contains(index) ? row.values[index] : .null)
    }

    private func decoded<Value: Decodable>(_ value: SQLValue, _ column: Int) throws -> Value {
        try known(String(value).flatMap { try? JSONText.decode(Value.self, from: $0) }, value, column)
    }

    private func known<Value>(_ read: Value?, _ value: SQLValue, _ column: Int) throws -> Value {
        if let read { return read }
        let shown =
            switch value {
            case .null: "NULL"
            case .integer(let number): "\(number)"
            case .real(let number): "\(number)"
            case .text(let text): String(text.prefix(100))
            case .blob(let bytes): "\(bytes.count) bytes"
            }
        let name = row.columns.indices.contains(column) ? row.columns[column] : "column \(column)"
        throw StoreError.corrupt(table: table, column: name, value: shown)
    }
}
