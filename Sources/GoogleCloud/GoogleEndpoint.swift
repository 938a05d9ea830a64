/// The address of a service: scheme, host and port.
struct GoogleEndpoint: Sendable {
    /// Without trailing slashes.
    let base: String

    init(_ text: String) {
        base = String(text.reversed().drop { $0 == "/" }.reversed())
    }

    /// Scheme and authority, lower case; two URLs with the same origin are served by the same party.
    var origin: String {
        guard let scheme = base.firstRange(of: "://") else { return base.lowercased() }
        let authority = base[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        return (base[..<scheme.upperBound] + authority).lowercased()
    }

    /// Whether what is sent there stays secret: TLS, or never leaving this machine.
    var isConfidential: Bool {
        guard !origin.hasPrefix("https://") else { return true }
        guard origin.hasPrefix("http://"), !origin.contains("@") else { return false }
        let authority = origin.dropFirst("http://".count)
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return host == "localhost" || host == "[::1]" || Self.isLoopback(host)
    }

    /// An IPv4 address in 127.0.0.0/8, not a name that only starts like one.
    private static func isLoopback(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// `base` with a path that is escaped already, and a query that is not yet.
    func url(path: String, query: [(name: String, value: String)]) -> String {
        let pairs = query.map { "\(Self.escape($0.name))=\(Self.escape($0.value))" }
        return base + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// Percent-encodes all but RFC 3986's unreserved characters, so a slash in an object's name too.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                escaped += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return escaped
    }
}
