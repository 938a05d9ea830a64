/// Why fields of a block cannot be put in place of others.
public struct OverrideFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Each thing that is wrong, with its member.
    public var problems: [BlockProblem]

    public var description: String { problems.map(\.description).joined(separator: "; ") }
}

extension BlockType {
    /// A block's document with some fields replaced: what a deployment says wins over the block, what a run says over that.
    ///
    /// `NAME.MEMBER` sets one member of an object, such as `env.LEVEL`; what is behind the first dot is the member's whole
    /// name. null takes a field or a member away. Whole fields are replaced first. Numbers and booleans become texts where
    /// texts are expected.
    ///
    /// - Parameters:
    ///   - overrides: the fields, as people write them.
    ///   - document: the block's own; what is required of it is not asked for again.
    /// - Throws: every field that there is not, with the nearest name, and every value that does not fit.
    public func applying(
        _ overrides: [String: JSONValue], to document: [String: JSONValue]
    ) throws(OverrideFault) -> [String: JSONValue] {
        var merged = document
        var problems: [BlockProblem] = []
        let (whole, members) = (overrides.filter { !$0.key.contains(".") }, overrides.filter { $0.key.contains(".") })
        for (name, value) in whole.sorted(by: { $0.key < $1.key }) {
            let known = alias(name)
            guard value != .null else {
                merged.removeValue(forKey: known)
                continue
            }
            merged[known] = field(known).map { text(value, for: $0) } ?? value
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let field = field(alias(parts[0])) else {
                problems.append(BlockProblem(field: name, message: "\(slug) has no such field\(hint(parts[0]))"))
                continue
            }
            guard field.kind == .stringMap else {
                problems.append(
                    BlockProblem(field: name, message: "\(field.name) has no members: it is \(field.kind.words)"))
                continue
            }
            guard !parts[1].isEmpty else {
                problems.append(BlockProblem(field: name, message: "expected a member's name behind the dot"))
                continue
            }
            var object = merged[field.name]?.objectValue ?? [:]
            if value == .null { object.removeValue(forKey: parts[1]) } else { object[parts[1]] = Self.text(value) }
            merged[field.name] = .object(object)
        }
        merged = normalized(merged)
        let given = Set(overrides.keys.map { alias(String($0.prefix { $0 != "." })) })
        problems += self.problems(in: merged).filter { given.contains($0.field) && !isMissing($0.field, in: merged) }
        guard problems.isEmpty else { throw OverrideFault(problems: problems.sorted { $0.field < $1.field }) }
        return merged
    }

    /// Two sets of replaced fields as one, of which the second wins: a whole field of it takes the first one's members away.
    public static func merged(
        _ first: [String: JSONValue], _ second: [String: JSONValue]
    ) -> [String: JSONValue] {
        first.filter { name, _ in !second.keys.contains { name.hasPrefix($0 + ".") } }.merging(second) { $1 }
    }

    private func isMissing(_ name: String, in document: [String: JSONValue]) -> Bool {
        field(name) != nil && (document[name] ?? .null) == .null
    }

    /// A value as a field takes it, where it is one that people leave the quotes off.
    private func text(_ value: JSONValue, for field: Field) -> JSONValue {
        switch (field.kind, value) {
        case (.string, _): Self.text(value)
        case (.stringMap, .object(let members)): .object(members.mapValues(Self.text))
        case (.strings, .array(let items)): .array(items.map(Self.text))
        default: value
        }
    }

    private static func text(_ value: JSONValue) -> JSONValue {
        switch value {
        case .int, .double, .bool: .string(value.jsonText)
        default: value
        }
    }
}

extension BlockType.Kind {
    /// What it is, in a sentence: `a text`.
    public var words: String {
        switch self {
        case .string: "a text"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .secret: "a secret text"
        case .secretObject: "a secret JSON object"
        case .strings: "a list of texts"
        case .stringMap: "an object of texts"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .block(let type): "the name of a \(type) block"
        }
    }
}
