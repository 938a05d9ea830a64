/// The texts within values that nobody may read: what an agent hides where a run prints them.
package enum SecretTexts {
    /// What `shown` hides of `value`: the texts themselves, passwords within URLs among them.
    ///
    /// - Parameter shown: the same value as it may be shown, with ``Secret/placeholder`` in place of what is hidden.
    package static func hidden(of value: JSONValue, shownAs shown: JSONValue) -> [String] {
        guard value != shown else { return [] }
        switch (value, shown) {
        case (.object(let members), .object(let shown)):
            return members.sorted { $0.key < $1.key }
                .flatMap { hidden(of: $0.value, shownAs: shown[$0.key] ?? .string(Secret.placeholder)) }
        case (.array(let elements), .array(let shown)) where elements.count == shown.count:
            return zip(elements, shown).flatMap { hidden(of: $0, shownAs: $1) }
        case (.string(let text), .string(let shown)):
            return parts(of: text, shownAs: shown)
        default:
            return all(in: value)
        }
    }

    /// Every text that is secret in a value which is hidden as a whole.
    ///
    /// Of an object, such as a key file, those whose name says so; a key file also holds names and addresses that are
    /// no secret, and that half of all lines hold. Of one whose names say nothing, all.
    package static func all(in value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .int(let number): [String(number)]
        case .array(let elements): elements.flatMap(all)
        case .object(let members): telling(of: members).sorted { $0.key < $1.key }.flatMap { all(in: $0.value) }
        case .null, .bool, .double: []
        }
    }

    /// The members whose names tell of a secret; all where none does.
    private static func telling(of members: [String: JSONValue]) -> [String: JSONValue] {
        let telling = members.filter { isTelling($0.key) }
        return telling.isEmpty ? members : telling
    }

    /// Whether a name says that what it names is secret: `password`, `API_TOKEN`, `private_key`, but not `token_uri`.
    package static func isTelling(_ name: String) -> Bool {
        let name = name.lowercased()
        guard !name.hasSuffix("uri"), !name.hasSuffix("url"), !name.hasSuffix("file") else { return false }
        return [
            "password", "passwd", "secret", "token", "private_key", "api_key", "apikey", "access_key", "credential",
        ]
        .contains { name.contains($0) }
    }

    /// The pieces of a text that stand where what is shown has the placeholder.
    private static func parts(of text: String, shownAs shown: String) -> [String] {
        let kept = shown.split(separator: Secret.placeholder, omittingEmptySubsequences: false)
        guard kept.count > 1, let first = kept.first, text.hasPrefix(first) else { return [text] }
        var rest = text.dropFirst(first.count)
        var parts: [String] = []
        for (index, piece) in kept.dropFirst().enumerated() {
            // The last piece is the text's end; one between two placeholders may be any place, the next is taken.
            let isLast = index == kept.count - 2
            let place =
                piece.isEmpty
                ? rest.endIndex..<rest.endIndex : isLast ? end(piece, of: rest) : rest.firstRange(of: piece)
            guard let place else { return [text] }
            parts.append(String(rest[..<place.lowerBound]))
            rest = rest[place.upperBound...]
        }
        return parts
    }

    private static func end(_ piece: Substring, of text: Substring) -> Range<Substring.Index>? {
        guard text.hasSuffix(piece) else { return nil }
        return text.index(text.endIndex, offsetBy: -piece.count)..<text.endIndex
    }
}

extension BlockType {
    /// The texts of a document that nobody may read, those of the blocks within it among them.
    package func secretTexts(in document: [String: JSONValue]) -> [String] {
        fields.flatMap { field -> [String] in
            guard let value = document[field.name] else { return [] }
            return switch field.kind {
            case .secret, .secretObject: SecretTexts.all(in: value)
            case .block(let type): BlockType.named(type)?.secretTexts(in: value.objectValue ?? [:]) ?? []
            default: []
            }
        }
    }
}
