/// The body of every error answer of the API.
public struct APIFault: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// A word for programs: `not_found`, `invalid`, `conflict`, `unauthorized`, `forbidden`, `no_agent`, `timeout`, `internal`.
    public var code: String
    /// A sentence for people: what failed, what was expected, what to do.
    public var message: String
    /// Near names, fields at fault, and the like.
    public var details: [String]

    public init(code: String, message: String, details: [String] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    public var description: String { ([message] + details.map { "  \($0)" }).joined(separator: "\n") }
}

/// Answer of `GET /api/version`.
public struct ServerVersion: Codable, Hashable, Sendable {
    public var version: String
    /// ``ImageDescription/protocolVersion`` of the server.
    public var protocolVersion: Int
    public var instance: Identifier

    public init(version: String, protocolVersion: Int, instance: Identifier) {
        self.version = version
        self.protocolVersion = protocolVersion
        self.instance = instance
    }
}
