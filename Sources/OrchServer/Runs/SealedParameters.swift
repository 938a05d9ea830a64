import OrchModel

/// Parameters as they are shown, beside their true values where the two differ.
struct SealedParameters: Sendable {
    /// Secrets, and passwords inside URLs, hidden.
    var shown: [String: JSONValue]
    /// The true values, encrypted; nil where nothing is hidden.
    var sealed: [UInt8]?

    private static let purpose = "parameters"

    init(_ values: [String: JSONValue], schema: ParameterSchema, keys: ServerKeys) throws {
        shown = schema.redacted(values)
        sealed = shown == values ? nil : try Self.seal(values, keys: keys)
    }

    static func seal(_ values: [String: JSONValue], keys: ServerKeys) throws -> [UInt8] {
        try keys.seal(JSONValue.object(values).jsonText, for: purpose)
    }

    /// The true values.
    static func open(shown: [String: JSONValue], sealed: [UInt8]?, keys: ServerKeys) throws -> [String: JSONValue] {
        guard let sealed else { return shown }
        return try JSONValue(parsing: try keys.open(sealed, for: purpose)).objectValue ?? [:]
    }
}
