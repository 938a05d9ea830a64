import Crypto

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
    /// A name for the file at the address that tells nothing: the SHA-256 of the address without user, password and
    /// fragment, in hexadecimal digits. The query counts, because servers choose files by it.
    let key: String
    /// Host and port, such as `host:443`; empty for a file of this machine.
    let endpoint: String
    /// Whether the address holds a user or a password.
    let hasUser: Bool

    /// - Throws: `ETLError.invalidAddress`.
    init(_ text: String) throws {
        let expected = "an address such as https://host/file.csv.gz or file:///folder/file.csv.gz"
        shown = Self.stripped(text)
        let query = text.prefix { $0 != "#" }.drop { $0 != "?" }
        key = SHA256.hash(data: Array("\(shown)\(query)".utf8)).hexadecimal
        let scheme = text.firstRange(of: "://").map { text[..<$0.lowerBound].lowercased() }
        let authority = Self.authority(of: text)
        hasUser = authority.contains("@")
        let host = authority[
            (authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex)...]
        let hasPort = host.lastIndex(of: ":").map { host[$0...].dropFirst().allSatisfy(\.isNumber) } ?? false
        endpoint = scheme == "file" ? "" : "\(host.lowercased())\(hasPort ? "" : scheme == "http" ? ":80" : ":443")"
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

    private static func stripped(_ text: String) -> String {
        let bare = text.prefix { $0 != "?" && $0 != "#" }
        let authority = authority(of: text)
        guard let at = authority.lastIndex(of: "@") else { return String(bare) }
        return String(bare[..<authority.startIndex] + bare[bare.index(after: at)...])
    }

    /// What lies between `://` and the path.
    private static func authority(of text: String) -> Substring {
        guard let scheme = text.firstRange(of: "://") else { return text[text.endIndex...] }
        return text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
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
