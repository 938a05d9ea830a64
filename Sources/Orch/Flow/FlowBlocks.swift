/// The blocks that a run was given.
public struct FlowBlocks: Sendable {
    let variables: [String: String]

    /// Reads a block: its document comes in the environment variable `ORCH_BLOCK_<TYPE>_<NAME>` as JSON.
    ///
    /// - Parameters:
    ///   - type: the typed block, such as `GCSBucketBlock.self`.
    ///   - name: the block's name, such as `zoom-gcs`.
    /// - Throws: ``OrchError/missingBlock(type:name:variable:present:)`` or
    ///   ``OrchError/invalidBlock(type:name:reason:)``, neither of which shows a value.
    public func load<B: Block>(_ type: B.Type, _ name: String) throws -> B {
        let variable = BlockEnvironment.variable(type: B.slug, name: name)
        guard let text = variables[variable] else {
            let present = variables.keys.filter { $0.hasPrefix("ORCH_BLOCK_") }.sorted()
            throw OrchError.missingBlock(type: B.slug, name: name, variable: variable, present: present)
        }
        guard let document = try? JSONValue(parsing: text), document.objectValue != nil else {
            throw OrchError.invalidBlock(type: B.slug, name: name, reason: "\(variable) does not hold a JSON object")
        }
        do {
            return try document.decode(type)
        } catch let error as DecodingError {
            throw OrchError.invalidBlock(type: B.slug, name: name, reason: Self.reason(error))
        }
    }

    /// Where the document differs, without its values.
    private static func reason(_ error: DecodingError) -> String {
        func path(_ keys: [any CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }
        switch error {
        case .keyNotFound(let key, let context): return "\(path(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context): return "\(path(context.codingPath)) is null"
        case .typeMismatch(let type, let context): return "\(path(context.codingPath)): expected \(type)"
        case .dataCorrupted(let context): return "\(path(context.codingPath)) has a value that is not accepted"
        @unknown default: return "its shape is not the type's"
        }
    }
}
