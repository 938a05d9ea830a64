/// An address as users write it: `https://…`, `http://…` or `file:///…`.
struct SourceAddress: Sendable {
    /// Where the bytes are.
    enum Place: Sendable, Equatable {
        /// The URL to ask.
        case web(String)
        /// The path of a file or folder of this machine.
        case file(String)
    }

    let place: Place
    /// The address without user, password, query and fragment: fit for messages and metadata.
    let shown: String

    /// - Throws: `ETLError.invalidAddress`.
    init(_ text: String) throws {
        let expected = "an address such as https://host/file.csv.gz or file:///folder/file.csv.gz"
        shown = Self.stripped(text)
        let scheme = text.firstRange(of: "://").map { text[..<$0.lowerBound].lowercased() }
        switch scheme {
        case "http", "https": place = .web(text)
        case "file":
            var path = text.dropFirst("file://".count)
            if path.hasPrefix("localhost/") { path = path.dropFirst("localhost".count) }
            guard path.hasPrefix("/"), let decoded = Self.percentDecoded(path) else {
                throw ETLError.invalidAddress(shown, expected: expected)
            }
            place = .file(decoded)
        default: throw ETLError.invalidAddress(shown, expected: expected)
        }
    }

    /// Whether the address names gzip data.
    var isGzip: Bool { shown.lowercased().hasSuffix(".gz") }

    private static func stripped(_ text: String) -> String {
        let bare = text.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = bare.firstRange(of: "://") else { return String(bare) }
        let rest = bare[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(bare) }
        return String(
            bare[..<scheme.upperBound] + authority[authority.index(after: at)...] + rest[authority.endIndex...])
    }

    /// The text with `%41` turned into `A`; nil where that is no UTF-8 or an escape is broken.
    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else { bytes.append(byte); continue }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), value > 0
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
