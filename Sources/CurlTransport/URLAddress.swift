import CCurl

/// A parsed `http` or `https` URL; libcurl's own parser decides, so that what is checked is what is sent.
struct URLAddress: Sendable, Equatable {
    /// `http` or `https`.
    let scheme: String
    /// The host in lower case.
    let host: String
    /// The port, the scheme's default where none is written.
    let port: Int
    /// The URL in full.
    let text: String

    /// Parses an absolute URL, or a reference against `base`.
    ///
    /// - Throws: `HTTPClientError.invalidURL` for what is no URL of ours.
    init(_ url: String, relativeTo base: String? = nil) throws(HTTPClientError) {
        guard let handle = curl_url() else { throw .other(code: 27, message: "out of memory") }
        defer { curl_url_cleanup(handle) }
        if let base {
            guard curl_url_set(handle, CURLUPART_URL, base, 0) == CURLUE_OK else {
                throw .invalidURL("\(RedactedURL(base))")
            }
        }
        guard
            curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK,
            let scheme = Self.part(CURLUPART_SCHEME, of: handle), scheme == "http" || scheme == "https",
            let host = Self.part(CURLUPART_HOST, of: handle), !host.isEmpty,
            let port = Self.part(CURLUPART_PORT, of: handle, flags: Self.defaultPort).flatMap({ Int($0) }),
            let text = Self.part(CURLUPART_URL, of: handle)
        else { throw .invalidURL("\(RedactedURL(url))") }
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port
        self.text = text
    }

    /// True where credentials for one may be shown to the other.
    func hasSameOrigin(as other: URLAddress) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// The URL with `user:password@` cut out, by text alone, so that broken URLs are covered as well.
    static func withoutUserInfo(_ url: String) -> String {
        guard let slashes = url.firstRange(of: "://") else { return url }
        let authority = url[slashes.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return url }
        return String(url[..<slashes.upperBound]) + String(url[authority.index(after: at)...])
    }

    private static let defaultPort: UInt32 = 1 << 0

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: UInt32 = 0) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &value, flags) == CURLUE_OK, let value else { return nil }
        defer { curl_free(value) }
        return String(cString: value)
    }
}
