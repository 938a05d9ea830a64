/// What is sent: one request over TCP, TLS or a unix socket.
package struct HTTPRequest: Sendable {
    /// The verb.
    package var method: HTTPMethod
    /// An absolute `http` or `https` URL, already percent-encoded.
    package var url: String
    /// Fields sent beside those that HTTP itself needs (`Host`, `Content-Length`, `Transfer-Encoding`).
    package var headers: HTTPHeaders
    /// The body.
    package var body: HTTPRequestBody
    /// The path of a unix socket to connect to; the host in `url` is then only the `Host` field, and proxies from the
    /// environment are not asked. Defaults to nil.
    package var unixSocket: String?
    /// How long each stage may take.
    package var timeouts: HTTPTimeouts
    /// What happens on 301, 302, 303, 307 and 308 with a `Location`. Defaults to following 10.
    package var redirects: HTTPRedirects
    /// Files for TLS, where they differ from the client's own.
    package var tls: HTTPTLS

    /// A request with the default timeouts, redirects and TLS.
    package init(
        method: HTTPMethod = .get,
        url: String,
        headers: HTTPHeaders = [:],
        body: HTTPRequestBody = .none
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.unixSocket = nil
        self.timeouts = HTTPTimeouts()
        self.redirects = .follow(max: 10)
        self.tls = HTTPTLS()
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible {
    /// Verb and address, without user info and query values.
    package var description: String { "\(method) \(RedactedURL(url))" }

    /// The same as `description`.
    package var debugDescription: String { description }
}

/// How long each stage of a request may take.
package struct HTTPTimeouts: Sendable, Equatable {
    /// Name lookup, TCP and TLS handshake together. Defaults to 10 s.
    package var connect: Duration
    /// Time without a byte in either direction once connected; what back-pressure holds up does not count.
    /// Nil means none. Defaults to 60 s.
    package var idle: Duration?
    /// The whole exchange with its redirects, up to the last byte of the body. Nil means none. Defaults to nil.
    package var total: Duration?

    /// Timeouts; see the properties for defaults.
    package init(connect: Duration = .seconds(10), idle: Duration? = .seconds(60), total: Duration? = nil) {
        self.connect = connect
        self.idle = idle
        self.total = total
    }
}

/// What happens when a response points elsewhere.
package enum HTTPRedirects: Sendable, Equatable {
    /// The 3xx response is handed back as it came.
    case refuse
    /// Up to `max` are followed; fields that carry credentials are dropped once scheme, host or port changes.
    case follow(max: Int)
}

/// PEM files for TLS; nil takes the client's own or the system's.
package struct HTTPTLS: Sendable, Equatable {
    /// Path of the certificates trusted instead of the system's.
    package var caFile: String?
    /// Path of the certificate shown to the server.
    package var clientCertificate: String?
    /// Path of the key of `clientCertificate`.
    package var clientKey: String?

    /// Files for TLS, all nil by default.
    package init(caFile: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil) {
        self.caFile = caFile
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
    }
}
