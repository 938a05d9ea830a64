package import OrchModel

/// What a file took out of the environment. Messages show `${NAME}` in its place, as it may be a secret.
package struct EnvironmentValues: Hashable, Sendable {
    /// The variables' names, by what they hold and by how JSON writes that.
    private var names: [String: String] = [:]

    package init() {}

    /// Keeps a value. One of less than four characters stands in too many words to be hidden.
    mutating func add(_ value: String, of name: String) {
        guard value.count >= 4 else { return }
        names[value] = name
        names[String(JSONValue.string(value).jsonText.dropFirst().dropLast())] = name
    }

    /// Keeps those of another file, too.
    package mutating func add(_ other: EnvironmentValues) {
        names.merge(other.names) { $1 }
    }

    /// A text with `${NAME}` in the place of each value, also of one that was cut short in it, or is in other letters: some rules
    /// are read in upper case.
    package func hidden(in text: String) -> String {
        guard !names.isEmpty else { return text }
        let values = names.map { (value: Self.folded($0.key), name: $0.value) }
            .sorted { $0.value.count > $1.value.count }
        let scalars = Array(text.unicodeScalars)
        let folded = Self.folded(text)
        var index = 0
        var shown = ""
        while index < scalars.count {
            let found = values.lazy.compactMap { candidate -> (count: Int, name: String)? in
                let count = zip(folded[index...], candidate.value).prefix { $0 == $1 }.count
                let isValue = count == candidate.value.count || count >= Self.tellingCount
                return isValue ? (count, candidate.name) : nil
            }.first
            guard let found else {
                shown.unicodeScalars.append(scalars[index])
                index += 1
                continue
            }
            shown += "${\(found.name)}"
            index += found.count
        }
        return shown
    }

    /// Its scalars, as many as it has, with ASCII letters in lower case.
    private static func folded(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.map { scalar in
            ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar
        }
    }

    /// So many characters of a longer value are taken for it: messages cut long texts.
    private static let tellingCount = 16

    /// A value with its texts shown so.
    package func hidden(in value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .int, .double: value
        case .string(let text): .string(hidden(in: text))
        case .array(let elements): .array(elements.map { hidden(in: $0) })
        case .object(let members): .object(members.mapValues { hidden(in: $0) })
        }
    }
}
