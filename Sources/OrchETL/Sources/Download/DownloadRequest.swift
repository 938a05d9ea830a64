import CurlTransport

/// What a download asks for: the whole file, or the rest of one that is here in part.
struct DownloadRequest: Sendable, Equatable {
    /// The first byte wanted; 0 asks for the whole file.
    var offset: Int64 = 0
    /// The length of the file that is here in part, where it is known.
    var length: Int64?
    /// The state of the file that is here in part.
    var validator = DownloadValidator()
    /// The state of the file that a cache holds.
    var cached = DownloadValidator()

    /// Whether the server is free to say that nothing has changed.
    var isConditional: Bool { !cached.isEmpty }

    /// The header fields that say so. Bytes are wanted as they are: an encoding of the server's would make parts of
    /// the file useless.
    var headers: HTTPHeaders {
        var headers: HTTPHeaders = ["Accept": "*/*", "Accept-Encoding": "identity"]
        if offset > 0 {
            headers["Range"] = "bytes=\(offset)-"
            headers["If-Range"] = validator.ifRange
        }
        headers["If-None-Match"] = cached.etag
        // A server that knows If-None-Match has to pass over the other one.
        headers["If-Modified-Since"] = cached.lastModified
        return headers
    }
}
