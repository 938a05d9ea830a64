import CurlTransport

/// What a server calls one state of a file, so that it can be asked whether the file still is in that state.
struct DownloadValidator: Sendable, Equatable, Codable {
    /// The `ETag` as sent, quotes and all.
    var etag: String?
    /// The `Last-Modified` as sent.
    var lastModified: String?
    /// Whether `lastModified` names one state only: a file can change twice within the second in which it was sent.
    var isDateStrong = false

    init() {}

    /// What a response says of its body.
    init(_ headers: HTTPHeaders) {
        // A field of kilobytes is no name; it would come back to us with each request.
        let fits: (String) -> Bool = { $0.utf8.count <= 512 }
        etag = headers["ETag"].flatMap { Self.isEntityTag($0) && fits($0) ? $0 : nil }
        guard let text = headers["Last-Modified"], let modified = HTTPDate(text) else { return }
        lastModified = text
        let sent = headers["Date"].flatMap { HTTPDate($0) }
        isDateStrong = sent.map { $0.seconds - modified.seconds >= 1 } ?? false
    }

    /// What goes into `If-Range`, which takes nothing weak: bytes of two states must never be joined
    /// (https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5). Nil: the file can only be fetched from its start.
    var ifRange: String? {
        if let etag, !etag.hasPrefix("W/") { return etag }
        return isDateStrong ? lastModified : nil
    }

    /// Whether there is anything to ask a server about.
    var isEmpty: Bool { etag == nil && lastModified == nil }

    private static func isEntityTag(_ text: String) -> Bool {
        let bare = text.hasPrefix("W/") ? text.dropFirst(2) : text[...]
        return bare.utf8.count >= 2 && bare.hasPrefix("\"") && bare.hasSuffix("\"")
            && bare.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
}
