import OrchModel
import OrchStore

/// Saves blocks encrypted, shows them without their secrets, and hands them whole to agents alone.
struct BlockVault: Sendable {
    let store: any Store
    let keys: ServerKeys

    /// How deep blocks may name other blocks.
    private static let deepest = 8

    /// Saves a block; a secret given as ``Secret/placeholder`` keeps the value it has.
    ///
    /// - Throws: 422 with every bad field, 409 where its environment variable is taken.
    func save(_ key: BlockKey, values: [String: JSONValue], at: Timestamp) async throws -> BlockDocument {
        let type = try Self.type(key.type)
        guard BlockEnvironment.isValid(name: key.name) else {
            throw APIFailure.invalid("a block's name holds letters, digits, `-`, `_` and `.` only, 100 at most")
        }
        let known = try await store.block(key).map(open) ?? [:]
        var document: [String: JSONValue] = [:]
        for (name, value) in type.normalized(values) {
            document[name] = isKept(value, type.field(name)) ? known[name] ?? .null : value
        }
        let problems = type.problems(in: document)
        guard problems.isEmpty else {
            throw APIFailure.invalid("the block \(key) cannot be saved", details: problems.map(\.description))
        }
        let block = StoredBlock(
            key: key, sealed: try keys.seal(JSONValue.object(document).jsonText, for: Self.purpose(key)),
            variable: BlockEnvironment.variable(type: key.type, name: key.name),
            references: type.references(in: document), updatedAt: at)
        try await store.saveBlock(block)
        return BlockDocument(type: key.type, name: key.name, values: type.redacted(document), updatedAt: at)
    }

    private func isKept(_ value: JSONValue, _ field: BlockType.Field?) -> Bool {
        guard let kind = field?.kind, kind == .secret || kind == .secretObject else { return false }
        return value == .string(Secret.placeholder)
    }

    /// All blocks without their secrets.
    func documents() async throws -> [BlockDocument] {
        try await store.blocks().map(shown)
    }

    /// A block without its secrets.
    func document(_ key: BlockKey) async throws -> BlockDocument {
        guard let block = try await store.block(key) else { throw try await missing(key) }
        return try shown(block)
    }

    func delete(_ key: BlockKey) async throws {
        guard try await store.deleteBlock(key) else { throw try await missing(key) }
    }

    /// A block with its secrets and with the blocks it names in place of their names; nil where there is none.
    ///
    /// - Parameter overrides: fields in place of the block's own; with some, a block that is not there is an empty one.
    ///   Defaults to none.
    /// - Throws: `OverrideFault`.
    func resolved(
        _ key: BlockKey, overrides: [String: JSONValue] = [:], depth: Int = 0
    ) async throws -> [String: JSONValue]? {
        let block = try await store.block(key)
        guard let type = BlockType.named(key.type), block != nil || !overrides.isEmpty else { return nil }
        guard depth < Self.deepest else { throw OrchServerError.sealed("the block \(key), which refers to itself,") }
        var document = try block.map(open) ?? [:]
        if !overrides.isEmpty { document = try type.applying(overrides, to: document) }
        for field in type.fields {
            guard case .block(let other) = field.kind, let name = document[field.name]?.stringValue else { continue }
            let target = BlockKey(type: other, name: name)
            document[field.name] = try await resolved(target, depth: depth + 1).map(JSONValue.object) ?? .null
        }
        return document
    }

    static func type(_ slug: String) throws -> BlockType {
        if let type = BlockType.named(slug) { return type }
        let slugs = BlockType.all.map(\.slug)
        throw APIFailure.notFound(
            "there is no block type \(PlainText.quoted(slug)): the types are \(slugs.joined(separator: ", "))",
            details: NearestName.nearest(to: slug, in: slugs))
    }

    private func missing(_ key: BlockKey) async throws -> APIFailure {
        _ = try Self.type(key.type)
        let names = try await store.blocks().map(\.key).filter { $0.type == key.type }.map(\.name)
        return .notFound(
            "there is no block \(PlainText.cut("\(key)"))", details: NearestName.nearest(to: key.name, in: names))
    }

    private func shown(_ block: StoredBlock) throws -> BlockDocument {
        let values = try Self.type(block.key.type).redacted(open(block))
        return BlockDocument(type: block.key.type, name: block.key.name, values: values, updatedAt: block.updatedAt)
    }

    private func open(_ block: StoredBlock) throws -> [String: JSONValue] {
        let text = try keys.open(block.sealed, for: Self.purpose(block.key))
        return try JSONValue(parsing: text).objectValue ?? [:]
    }

    private static func purpose(_ key: BlockKey) -> String { "the block \(key)" }
}

extension BlockType {
    /// The blocks that a document names.
    func references(in document: [String: JSONValue]) -> [BlockKey] {
        fields.compactMap { field in
            guard case .block(let type) = field.kind, let name = document[field.name]?.stringValue else { return nil }
            return BlockKey(type: type, name: name)
        }
    }
}
