import FoundationEssentials

/// JSON as the daemon reads and writes it.
enum DockerJSON {
    static func encode(_ value: some Encodable) throws(DockerError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(value))
        } catch {
            throw .encoding(error)
        }
    }

    /// The value of a query item that takes JSON.
    static func text(_ value: some Encodable) throws(DockerError) -> String {
        String(decoding: try encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], path: String
    ) throws(DockerError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw .decoding(error, path: path, prefix: String(decoding: bytes.prefix(200), as: UTF8.self))
        }
    }
}
