/// Header fields: names compare without case, order is kept, a name may occur more than once.
///
/// Printing one shows the values of harmless fields only: what carries credentials reads `<redacted>`.
package struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field as written.
    package struct Field: Sendable, Equatable {
        /// The name in the case it was given in.
        package let name: String
        /// The value without surrounding white space.
        package let value: String
    }

    private var fields: [Field] = []

    /// No fields.
    package init() {}

    /// Fields in the order of the literal.
    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value of `name`; setting replaces all values of that name, setting nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { Self.matches($0.name, name) }?.value }
        set {
            guard let newValue else {
                fields.removeAll { Self.matches($0.name, name) }
                return
            }
            guard let index = fields.firstIndex(where: { Self.matches($0.name, name) }) else {
                fields.append(Field(name: name, value: newValue))
                return
            }
            let kept = fields[index].name
            fields.removeAll { Self.matches($0.name, name) }
            fields.insert(Field(name: kept, value: newValue), at: index)
        }
    }

    /// Every value of `name`, in the order received.
    package func all(_ name: String) -> [String] {
        fields.filter { Self.matches($0.name, name) }.map(\.value)
    }

    /// Appends a field, keeping those of the same name.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// A copy without the fields that carry credentials, for a request to another origin.
    func withoutCredentials() -> HTTPHeaders {
        var copy = self
        copy.fields.removeAll { Self.carriesCredentials($0.name) }
        return copy
    }

    /// True for fields whose value must not be printed nor be sent to another origin: the standard ones, and any
    /// name that speaks of a token, key, secret, signature or of authorization.
    package static func carriesCredentials(_ name: String) -> Bool {
        let name = name.lowercased()
        if name.hasPrefix("x-goog-") || name.contains("cookie") { return true }
        return name.split(separator: "-").contains { credentialWords.contains(String($0)) }
    }

    private static let credentialWords: Set<String> = [
        "auth", "authentication", "authorization", "token", "key", "apikey", "secret", "password", "signature",
    ]

    /// Compares ASCII letters without case.
    static func matches(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).allSatisfy { lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}

extension HTTPHeaders: Sequence {
    /// The fields in order.
    package func makeIterator() -> IndexingIterator<[Field]> {
        fields.makeIterator()
    }
}

extension HTTPHeaders: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The fields with credentials redacted.
    package var description: String {
        let shown = fields.map { field in
            "\(field.name): \(Self.carriesCredentials(field.name) ? "<redacted>" : field.value)"
        }
        return "[\(shown.joined(separator: ", "))]"
    }

    /// The same as `description`.
    package var debugDescription: String { description }

    /// Names only, so that a dump shows no value.
    package var customMirror: Mirror {
        Mirror(self, children: ["names": fields.map(\.name)], displayStyle: .struct)
    }
}
