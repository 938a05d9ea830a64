import OrchModel
import OrchStore

/// Tells whether two requests with one idempotency key are the same wish.
///
/// Of a request nothing is kept but a fingerprint of each member, as secrets may be among them. Members without content are the same
/// as members that are left out.
struct RequestComparison: Sendable {
    let marks: RequestMarks

    /// - Parameter ignored: members that do not count.
    init(_ request: some Encodable, ignoring ignored: Set<String>, keys: ServerKeys) throws {
        var marks: RequestMarks = [:]
        func mark(_ value: JSONValue, at path: String) {
            guard !Self.isEmpty(value) else { return }
            marks[path] = String(keys.fingerprint(of: "\(path)=\(value.jsonText)").prefix(16))
        }
        for (name, value) in try JSONValue(encoding: request).objectValue ?? [:] where !ignored.contains(name) {
            guard Self.membersOfTheirOwn.contains(name), let members = value.objectValue else {
                mark(value, at: name)
                continue
            }
            for (member, value) in members {
                // What is given as empty is given: a parameter's default may be another value.
                marks["\(name).\(member)"] = String(keys.fingerprint(of: "\(member)=\(value.jsonText)").prefix(16))
            }
        }
        self.marks = marks
    }

    /// Members each of whose own members is told apart.
    private static let membersOfTheirOwn: Set = ["parameters", "jobVariables"]

    private static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool(false): true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .int, .double, .string: false
        }
    }

    /// - Parameters:
    ///   - known: the marks of the request that was made first; nil where they are not known, and nothing is compared.
    ///   - key: the key of both.
    ///   - made: what the first one made: `run docker-flow-4f2b9c11`.
    /// - Throws: 409 with the members that differ.
    func check(against known: RequestMarks?, key: String, made: String) throws {
        guard let known, known != marks else { return }
        let different = Set(known.keys).union(marks.keys).filter { known[$0] != marks[$0] }.sorted()
        throw APIFailure.conflict(
            "the idempotency key \(PlainText.quoted(key)) has made \(made) of another request, which differs in "
                + "\(different.prefix(5).joined(separator: ", "))\(different.count > 5 ? " and more" : ""): repeat that request, "
                + "or give this one a key of its own",
            details: different.map { "at .\($0): expected what was asked for first" })
    }
}
