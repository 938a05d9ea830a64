import CurlTransport

/// What the head of a response means for a download; decides, and does nothing.
enum ServerAnswer: Sendable {
    /// The file from its first byte.
    case whole(length: Int64?, validator: DownloadValidator, encoding: ContentEncoding)
    /// The file from the byte that was asked for.
    case rest(length: Int64?)
    /// The file is what the cache holds.
    case notModified
    /// The server cannot go on where we left off, or goes on somewhere else: ask again from the start.
    case startOver
    /// Nothing of use came.
    case refusal(ETLError)

    /// Reads the head of a response.
    /// - Parameters:
    ///   - status: the status code.
    ///   - headers: the header fields.
    ///   - asked: what the request said.
    ///   - address: where it was sent, for messages.
    ///   - now: the wall clock, in seconds since 1970, for a `Retry-After` that is a date.
    init(status: Int, _ headers: HTTPHeaders, to asked: DownloadRequest, address: SourceAddress, now: Int64) {
        let shown = address.shown
        // libcurl would believe the last one, others the first: such an answer has no certain end.
        let lengths = headers.all("Content-Length")
        guard Set(lengths).count < 2 else {
            let reason = "it announces \(lengths.joined(separator: " and ")) bytes at once"
            let cause = HTTPClientError.malformedResponse(host: address.endpoint, reason: reason)
            self = .refusal(.transfer(shown, cause: cause))
            return
        }
        switch status {
        case 200:
            let name = headers["Content-Encoding"] ?? "identity"
            guard let encoding = ContentEncoding(name) else {
                self = .refusal(.sourceEncoding(shown, encoding: name))
                return
            }
            let length = headers["Content-Length"].flatMap { ContentRange.number($0) }
            self = .whole(length: length, validator: DownloadValidator(headers), encoding: encoding)
        case 206 where asked.offset > 0:
            self = Self.part(headers, asked)
        case 304 where asked.isConditional:
            self = .notModified
        case 416 where asked.offset > 0:
            self = .startOver
        default:
            let wait = Self.retryAfter(headers["Retry-After"], now: now)
            self = .refusal(Self.refusal(status, shown, retryAfter: wait))
        }
    }

    /// A part counts only where it is the one that was asked for, of the file that was asked for.
    private static func part(_ headers: HTTPHeaders, _ asked: DownloadRequest) -> ServerAnswer {
        guard let range = headers["Content-Range"].flatMap({ ContentRange($0) }), range.start == asked.offset else {
            return .startOver
        }
        if let total = range.total, let length = asked.length, total != length { return .startOver }
        if let etag = headers["ETag"], let expected = asked.validator.etag, etag != expected { return .startOver }
        if let encoding = headers["Content-Encoding"], ContentEncoding(encoding) != .identity { return .startOver }
        return .rest(length: range.total ?? asked.length)
    }

    private static func refusal(_ status: Int, _ shown: String, retryAfter: Duration?) -> ETLError {
        switch status {
        case 401, 403: .sourceForbidden(shown, status: status)
        case 404: .sourceNotFound(shown)
        case 410: .sourceGone(shown)
        case 429, 503: .sourceBusy(shown, status: status, retryAfter: retryAfter)
        default: .sourceStatus(shown, status: status)
        }
    }

    /// A number of seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3); nil for neither.
    static func retryAfter(_ text: String?, now: Int64) -> Duration? {
        guard let text else { return nil }
        // A week stands for all that is longer: nobody waits for it, and it never overflows.
        let longest: Int64 = 7 * 86_400
        if let seconds = ContentRange.number(text) { return .seconds(min(seconds, longest)) }
        return HTTPDate(text).map { .seconds(min(max($0.seconds - now, 0), longest)) }
    }
}

/// How a server has packed the bytes beyond what the file itself is.
enum ContentEncoding: Sendable, Equatable {
    /// Not at all.
    case identity
    /// As gzip.
    case gzip

    /// Reads a `Content-Encoding`; nil for one that cannot be undone.
    init?(_ name: String) {
        switch name.lowercased() {
        case "", "identity": self = .identity
        case "gzip", "x-gzip": self = .gzip
        default: return nil
        }
    }
}
