/// A saved block. Sent by the API with each secret replaced by ``Secret/placeholder``.
public struct BlockDocument: Codable, Hashable, Sendable {
    public var type: String
    public var name: String
    public var values: [String: JSONValue]
    public var updatedAt: Timestamp

    /// `gcs-bucket/zoom-gcs`.
    public var fullName: String { "\(type)/\(name)" }

    public init(type: String, name: String, values: [String: JSONValue], updatedAt: Timestamp) {
        self.type = type
        self.name = name
        self.values = values
        self.updatedAt = updatedAt
    }
}
