import FoundationEssentials

/// How addresses are put together.
enum WebAddress {
    /// An address with more in its query.
    static func adding(_ items: KeyValuePairs<String, String>, to url: String) -> String {
        guard !items.isEmpty else { return url }
        let start = url.prefix { $0 != "#" }
        let mark = start.contains("?") ? (start.hasSuffix("?") || start.hasSuffix("&") ? "" : "&") : "?"
        return "\(start)\(mark)\(query(Array(items)))\(url[start.endIndex...])"
    }

    /// `name=value&name=value`, all but the unreserved characters percent-encoded.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>
    static func query(_ items: [(key: String, value: String)]) -> String {
        items.map { "\(escaped($0.key))=\(escaped($0.value))" }.joined(separator: "&")
    }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)

    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            guard !plain.contains(byte) else {
                bytes.append(byte)
                continue
            }
            let digits = String(byte, radix: 16, uppercase: true)
            bytes += Array((byte < 16 ? "%0" : "%").utf8) + Array(digits.utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
