import OrchModel

/// Reads a row as a value of a type.
struct RowDecoder: Decoder {
    let columns: [String]
    let row: [JSONValue]
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RowContainer<Key>(columns: columns, row: row))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw DecodingError.typeMismatch(
            [Any].self, .init(codingPath: [], debugDescription: "a row has columns with names"))
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        guard row.count == 1, let value = row.first else {
            throw DecodingError.typeMismatch(
                Any.self, .init(codingPath: [], debugDescription: "expected one column, got \(row.count)"))
        }
        return CellContainer(cell: Cell(value: value, path: []))
    }

    /// Where a row differs, without its values.
    static func reason(_ error: DecodingError) -> String {
        func path(_ keys: [any CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }
        switch error {
        case .keyNotFound(let key, _): return "there is no column \(key.stringValue)"
        case .valueNotFound(_, let context): return "\(path(context.codingPath)) is null"
        case .typeMismatch(let type, let context):
            let place = path(context.codingPath)
            return place.isEmpty ? context.debugDescription : "\(place): expected \(type)"
        case .dataCorrupted(let context): return "\(path(context.codingPath)) has a value that is not accepted"
        @unknown default: return "its shape is another one"
        }
    }
}

/// A value of a row, read as what is asked for.
private struct Cell {
    var value: JSONValue
    var path: [any CodingKey]

    private func mismatch(_ type: Any.Type) -> DecodingError {
        let context = DecodingError.Context(codingPath: path, debugDescription: "it is none")
        return value == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func bool() throws -> Bool {
        switch value {
        case .bool(let value): return value
        case .string(let text) where ["t", "true", "TRUE"].contains(text): return true
        case .string(let text) where ["f", "false", "FALSE"].contains(text): return false
        default: throw mismatch(Bool.self)
        }
    }

    func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        switch value {
        case .int(let number):
            if let number = Number(exactly: number) { return number }
        case .double(let number):
            if let number = Number(exactly: number) { return number }
        case .string(let text):
            if let number = Number(text) { return number }
        default: break
        }
        throw mismatch(type)
    }

    func real() throws -> Double {
        switch value {
        case .int(let number): return Double(number)
        case .double(let number): return number
        case .string(let text):
            if let number = Double(text) { return number }
        default: break
        }
        throw mismatch(Double.self)
    }

    func text() throws -> String {
        switch value {
        case .null: throw mismatch(String.self)
        case .string(let text): return text
        default: return value.jsonText
        }
    }

    func any<Value: Decodable>(_ type: Value.Type) throws -> Value {
        switch type {
        case is JSONValue.Type: return try cast(value, type)
        case is Bool.Type: return try cast(bool(), type)
        case is Int.Type: return try cast(integer(Int.self), type)
        case is Int64.Type: return try cast(integer(Int64.self), type)
        case is Int32.Type: return try cast(integer(Int32.self), type)
        case is Double.Type: return try cast(real(), type)
        case is Float.Type: return try cast(Float(real()), type)
        case is String.Type: return try cast(text(), type)
        default: break
        }
        do {
            return try value.decode(type)
        } catch is DecodingError {
            throw mismatch(type)
        }
    }

    private func cast<Value>(_ value: some Any, _ type: Value.Type) throws -> Value {
        guard let value = value as? Value else { throw mismatch(type) }
        return value
    }
}

private struct CellContainer: SingleValueDecodingContainer {
    var cell: Cell
    var codingPath: [any CodingKey] { cell.path }

    func decodeNil() -> Bool { cell.value == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try cell.bool() }
    func decode(_ type: String.Type) throws -> String { try cell.text() }
    func decode(_ type: Double.Type) throws -> Double { try cell.real() }
    func decode(_ type: Float.Type) throws -> Float { Float(try cell.real()) }
    func decode(_ type: Int.Type) throws -> Int { try cell.integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try cell.integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try cell.integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try cell.integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try cell.integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try cell.integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try cell.integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try cell.integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try cell.integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try cell.integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try cell.any(type) }
}

private struct RowContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let columns: [String]
    let row: [JSONValue]
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { columns.compactMap(Key.init(stringValue:)) }

    private func index(_ key: Key) -> Int? {
        columns.firstIndex(of: key.stringValue) ?? columns.firstIndex(of: Self.underscored(key.stringValue))
    }

    /// `tripDistance` as `trip_distance`.
    private static func underscored(_ name: String) -> String {
        name.reduce(into: "") { text, character in
            if character.isUppercase { text += "_" + character.lowercased() } else { text.append(character) }
        }
    }

    private func cell(_ key: Key) throws -> Cell {
        guard let index = index(key), index < row.count else {
            throw DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: "no such column"))
        }
        return Cell(value: row[index], path: [key])
    }

    func contains(_ key: Key) -> Bool { index(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try cell(key).value == .null }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try cell(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try cell(key).text() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try cell(key).real() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try cell(key).real()) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try cell(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try cell(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try cell(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try cell(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try cell(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try cell(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try cell(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try cell(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try cell(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try cell(key).integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try cell(key).any(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw nested(key) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw nested(key) }
    func superDecoder() throws -> any Decoder { RowDecoder(columns: columns, row: row) }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw nested(key) }

    private func nested(_ key: Key) -> DecodingError {
        .dataCorrupted(.init(codingPath: [key], debugDescription: "a column is decoded as a whole"))
    }
}
