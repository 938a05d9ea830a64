import FoundationEssentials

/// Values as JSON texts.
package enum JSONText {
    private static let encoder = JSONEncoder()
    private static let decoder = JSONDecoder()

    package static func encode(_ value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        try decoder.decode(type, from: Data(text.utf8))
    }
}
