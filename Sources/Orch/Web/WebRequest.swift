import CurlTransport

/// A request to a web server, and what is to be made of its answer.
///
/// ```swift
/// var request = WebRequest(.post, "https://hooks.example.com/runs", bearer: token)
/// request.body = try .json(["rows": 72_257])
/// let answer = try await context.http(request)
/// ```
public struct WebRequest: Sendable {
    /// The verb.
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// Who asks. Never logged, and not sent on where a redirect leads to another server.
    public enum Credential: Sendable {
        /// `Authorization: Bearer …`.
        case bearer(Secret)
        /// `Authorization: Basic …`.
        case basic(user: String, password: Secret)
        /// A header field of a name of its own, such as `X-Api-Key`. Where the name does not say that it is one, no redirect
        /// is followed.
        case header(String, Secret)
    }

    /// What is sent.
    public struct Body: Sendable {
        var contentType: String
        var bytes: [UInt8]

        /// A value as JSON.
        ///
        /// - Throws: where it has none.
        public static func json(_ value: some Encodable) throws -> Body {
            Body(contentType: "application/json", bytes: Array(try JSONText.encode(value).utf8))
        }

        /// A text in UTF-8.
        public static func text(_ text: String, contentType: String = "text/plain; charset=utf-8") -> Body {
            Body(contentType: contentType, bytes: Array(text.utf8))
        }

        /// Names and values as an HTML form sends them.
        public static func form(_ fields: KeyValuePairs<String, String>) -> Body {
            Body(contentType: "application/x-www-form-urlencoded", bytes: Array(WebAddress.query(Array(fields)).utf8))
        }

        /// Bytes of any kind.
        public static func bytes(_ bytes: [UInt8], contentType: String = "application/octet-stream") -> Body {
            Body(contentType: contentType, bytes: bytes)
        }
    }

    public var method: Method
    /// An absolute `http` or `https` address.
    public var url: String
    /// Added to the address's own query, percent-encoded. Defaults to nothing.
    public var query: KeyValuePairs<String, String>
    /// Header fields. Secrets belong into ``credential``. Defaults to none.
    public var headers: KeyValuePairs<String, String>
    /// Who asks. Defaults to nobody.
    public var credential: Credential?
    /// What is sent. Defaults to nothing.
    public var body: Body?
    /// Which status codes are as they should be. Defaults to 200 to 299.
    public var isExpected: @Sendable (Int) -> Bool
    /// How often it is sent again after 429, 500, 502, 503, 504, or a connection that broke. Defaults to 3.
    public var retries: Int
    /// The wait before it is sent again; a longer `Retry-After` of the server counts instead. Defaults to 1 s, 2 s, 4 s and so on
    /// up to 30 s, each a random share of that.
    public var retryDelay: RetryDelay
    /// The longest `Retry-After` that is waited for; a server that asks for more is a failure. Defaults to 5 min.
    public var longestRetryAfter: Duration
    /// Whether sending it twice does no harm. Defaults to nil: GET, HEAD, PUT and DELETE are, POST and PATCH are not. Those are sent
    /// again only where the server said that it did nothing (429, 503), or was not reached.
    public var isRepeatable: Bool?
    /// How long one exchange may take, up to the last byte. Defaults to nil: as long as bytes come.
    public var timeout: Duration?
    /// How long no byte may come. Defaults to 60 s.
    public var idleTimeout: Duration
    /// The most bytes of an answer; more is a failure. Defaults to 16 MiB for an answer in memory, and to 64 GiB for a file.
    public var largestAnswer: Int?
    /// Whether redirects are followed, 10 at most, never from https to http. Defaults to true.
    public var followsRedirects: Bool

    /// A request; see the properties for defaults.
    public init(
        _ method: Method = .get, _ url: String, query: KeyValuePairs<String, String> = [:],
        headers: KeyValuePairs<String, String> = [:], bearer: Secret? = nil, body: Body? = nil, retries: Int = 3
    ) {
        self.method = method
        self.url = url
        self.query = query
        self.headers = headers
        credential = bearer.map { .bearer($0) }
        self.body = body
        isExpected = { (200..<300).contains($0) }
        self.retries = retries
        retryDelay = .exponential(from: .seconds(1), upTo: .seconds(30)).withFullJitter
        longestRetryAfter = .seconds(300)
        timeout = nil
        idleTimeout = .seconds(60)
        followsRedirects = true
    }

    /// The request as the transport has it.
    var transported: HTTPRequest {
        var headers = HTTPHeaders()
        for (name, value) in self.headers { headers.add(name, value) }
        if headers["User-Agent"] == nil { headers["User-Agent"] = "orch/\(SDKVersion.current)" }
        var request = HTTPRequest(
            method: HTTPMethod(rawValue: method.rawValue), url: WebAddress.adding(query, to: url))
        if let body {
            request.body = .bytes(body.bytes)
            if headers["Content-Type"] == nil { headers["Content-Type"] = body.contentType }
        }
        if !followsRedirects { request.redirects = .refuse }
        switch credential {
        case .bearer(let secret): headers["Authorization"] = "Bearer \(secret.reveal())"
        case .basic(let user, let password):
            headers["Authorization"] = "Basic \(WebAddress.base64("\(user):\(password.reveal())"))"
        case .header(let name, let secret):
            headers[name] = secret.reveal()
            if !HTTPHeaders.carriesCredentials(name) { request.redirects = .refuse }
        case nil: break
        }
        request.headers = headers
        request.timeouts.idle = idleTimeout
        request.timeouts.total = timeout
        return request
    }
}
