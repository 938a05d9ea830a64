/// What is wrong with one field of a block.
public struct BlockProblem: Hashable, Sendable, CustomStringConvertible {
    public var field: String
    public var message: String

    public var description: String { "\(field): \(message)" }
}

extension BlockType {
    /// Every problem of a document; empty where it can be saved.
    public func problems(in document: [String: JSONValue]) -> [BlockProblem] {
        var problems: [BlockProblem] = []
        for name in document.keys.sorted() where field(name) == nil {
            problems.append(
                BlockProblem(field: name, message: refusal(name) ?? "\(slug) has no such field\(hint(name))"))
        }
        for field in fields {
            guard let value = document[field.name], value != .null else {
                if field.required {
                    problems.append(BlockProblem(field: field.name, message: "is required: \(field.help)"))
                }
                continue
            }
            if let expected = mismatch(of: value, with: field.kind) {
                problems.append(BlockProblem(field: field.name, message: expected))
            } else if field.isSize, let text = value.stringValue, text != "-1", let problem = ByteSize.problem(of: text)
            {
                problems.append(BlockProblem(field: field.name, message: problem))
            }
        }
        return problems
    }

    /// The field that was probably meant.
    func hint(_ name: String) -> String {
        let nearest = NearestName.nearest(to: name, in: fields.map(\.name), limit: 1).first
        return nearest.map { "; did you mean \($0)?" } ?? ""
    }

    /// The document with each secret replaced by ``Secret/placeholder``. Unknown fields are dropped.
    public func redacted(_ document: [String: JSONValue]) -> [String: JSONValue] {
        var shown: [String: JSONValue] = [:]
        for field in fields {
            guard let value = document[field.name] else { continue }
            switch field.kind {
            case .secret, .secretObject: shown[field.name] = value == .null ? .null : .string(Secret.placeholder)
            default: shown[field.name] = value
            }
        }
        return shown
    }

    /// What was expected where a value does not fit; nil where it does. Never repeats a value: it may be secret.
    private func mismatch(of value: JSONValue, with kind: Kind) -> String? {
        switch (kind, value) {
        case (.string, .string), (.secret, .string), (.block, .string), (.boolean, .bool), (.integer, .int),
            (.number, .int), (.number, .double):
            return nil
        case (.secretObject, .object):
            return nil
        case (.secretObject, .string(let text)):
            if text.utf8.first == UInt8(ascii: "{") { return nil }
            return
                "expected the key file's JSON itself, not a path: a run's container does not see this machine's files"
        case (.strings, .array(let items)):
            return items.allSatisfy { if case .string = $0 { true } else { false } } ? nil : "expected a list of texts"
        case (.stringMap, .object(let members)):
            let texts = members.values.allSatisfy { if case .string = $0 { true } else { false } }
            return texts ? nil : "expected an object of texts"
        case (.choice(let words), .string(let word)):
            return words.contains(word) ? nil : "expected one of \(words.joined(separator: ", "))"
        case (.block(let type), _): return "expected the name of a \(type) block"
        case (.choice(let words), _): return "expected one of \(words.joined(separator: ", "))"
        case (.boolean, _): return "expected true or false"
        case (.integer, _): return "expected a whole number"
        case (.number, _): return "expected a number"
        case (.strings, _): return "expected a list of texts"
        case (.stringMap, _): return "expected an object of texts"
        case (.secretObject, _): return "expected a JSON object"
        case (.string, _), (.secret, _): return "expected a text"
        }
    }
}
