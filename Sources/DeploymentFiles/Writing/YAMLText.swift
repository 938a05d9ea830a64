import OrchModel

/// JSON values as YAML on one line, such that they are read back as what they are, by this reader and by others.
enum YAMLText {
    /// A value on one line.
    static func flow(_ value: JSONValue) -> String {
        switch value {
        case .null, .bool, .int, .double: return value.jsonText
        case .string(let text): return quoted(text)
        case .array(let elements): return "[\(elements.map(flow).joined(separator: ", "))]"
        case .object(let members):
            let parts = members.sorted { $0.key < $1.key }.map { "\(quotedKey($0.key)): \(flow($0.value))" }
            return "{\(parts.joined(separator: ", "))}"
        }
    }

    /// A text as it stands after a key: as it is where nothing in it could be read as something else.
    static func text(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// A key as it stands before its colon.
    static func key(_ text: String) -> String { isPlain(text) ? text : quotedKey(text) }

    /// Whether a text may stand as it is, for readers of YAML 1.1 too.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, text.utf8.count <= 200, first.isWord, !first.isDigit,
            text.last != " ", text.unicodeScalars.allSatisfy({ $0.isWord || " ./-+@()=".unicodeScalars.contains($0) }),
            !CoreSchema.isFormerFlag(text)
        else { return false }
        return !["true", "false", "null", "nan", "inf"].contains(text.lowercased())
    }

    /// A text in double quotes. A dollar that would begin a variable is doubled.
    static func quoted(_ text: String) -> String {
        let needsDoubling = text.contains("${") || text.contains("$$")
        return quotedKey(needsDoubling ? text.replacing("$", with: "$$") : text)
    }

    /// The same for a key, in which no variables are filled in.
    private static func quotedKey(_ text: String) -> String {
        var written = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": written += "\\\(scalar)"
            case "\n": written += "\\n"
            case "\t": written += "\\t"
            case "\r": written += "\\r"
            default: written += scalar.isPrinted ? String(scalar) : escape(scalar)
            }
        }
        return written + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let width = scalar.value > 0xFFFF ? 8 : 4
        return (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }

    fileprivate var isWord: Bool {
        isDigit || ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_"
    }

    /// Whether it may stand in a double-quoted text as it is: no control character, no line end, no byte order mark.
    fileprivate var isPrinted: Bool {
        switch value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
