/// Why an exchange failed. A status code is never among the reasons: it is part of the response.
///
/// No case carries the value of a header, user info of a URL or the value of a query item.
package enum HTTPClientError: Error, Sendable {
    /// The address is no absolute `http` or `https` URL; it is shown without credentials.
    case invalidURL(String)
    /// A header field holds a line break, a NUL byte or an unusable name.
    case invalidHeader(name: String)
    /// The name of the host was not found.
    case dns(host: String)
    /// Nobody listens at the address.
    case refused(host: String, port: Int)
    /// The unix socket could not be opened; `errno` tells missing (2), not permitted (13) and refused (111) apart.
    case socketRefused(path: String, errno: Int32)
    /// No route to the address, or it is down.
    case unreachable(host: String, port: Int, errno: Int32)
    /// A proxy named in the environment could not be used.
    case proxy(reason: String)
    /// The connection was not established in time.
    case connectTimeout(host: String, seconds: Double)
    /// The certificate was not accepted on one side or the other, or the handshake failed.
    case tls(host: String, reason: String)
    /// No byte came or went for this long.
    case idleTimeout(host: String, seconds: Double)
    /// The exchange as a whole took longer than allowed.
    case totalTimeout(host: String, seconds: Double)
    /// The connection broke.
    case reset(host: String, received: Int64, reason: String)
    /// The peer closed before the end; `expected` is nil where it never said how much would come.
    case closedEarly(host: String, received: Int64, expected: Int64?)
    /// What came is not HTTP.
    case malformedResponse(host: String, reason: String)
    /// The surrounding task was cancelled, or the body was dropped.
    case cancelled
    /// More redirects than allowed; the address is that of the last one.
    case tooManyRedirects(url: String, limit: Int)
    /// A redirect that cannot be followed.
    case redirectRefused(url: String, reason: String)
    /// More than `limit` bytes came where the caller wanted to hold them all.
    case bodyTooLarge(limit: Int)
    /// The closure of a streamed body threw.
    case requestBody(any Error)
    /// The file of a body could not be read.
    case requestFile(path: String, errno: Int32)
    /// The body ended before, or went past, the length that was announced.
    case requestBodyLength(announced: Int64, produced: Int64)
    /// The client was shut down.
    case shutDown
    /// Anything else, as libcurl tells it.
    case other(code: Int32, message: String)

    /// True where the same request may well succeed when it is repeated.
    package var isTransient: Bool {
        switch self {
        case .dns, .refused, .socketRefused, .unreachable, .connectTimeout, .idleTimeout, .totalTimeout, .reset,
            .closedEarly:
            true
        case .invalidURL, .invalidHeader, .proxy, .tls, .malformedResponse, .cancelled, .tooManyRedirects,
            .redirectRefused, .bodyTooLarge, .requestBody, .requestFile, .requestBodyLength, .shutDown, .other:
            false
        }
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// What failed, where and what to do.
    package var description: String {
        switch self {
        case .invalidURL(let url):
            "\"\(url)\" is not an absolute http or https URL"
        case .invalidHeader(let name):
            "the header field \"\(name.filter { !$0.isNewline })\" holds a line break, a NUL or an unusable name"
        case .dns(let host):
            "the name \(host) was not found: check its spelling and the resolver"
        case .refused(let host, let port):
            "\(host):\(port) refused the connection: nothing listens there"
        case .socketRefused(let path, let code):
            "the socket \(path) could not be opened: \(SystemError.text(code))"
        case .unreachable(let host, let port, let code):
            "\(host):\(port) could not be reached: \(SystemError.text(code))"
        case .proxy(let reason):
            "the proxy named in the environment could not be used: \(reason)"
        case .tls(let host, let reason):
            "TLS with \(host) failed: \(reason)"
        case .connectTimeout, .idleTimeout, .totalTimeout:
            timeoutDescription
        case .reset(let host, let received, let reason):
            "the connection to \(host) broke after \(received) bytes: \(reason)"
        case .closedEarly(let host, let received, let expected):
            "\(host) closed the connection after \(received) bytes"
                + (expected.map { " of \($0)" } ?? ", before the end of its response")
        case .malformedResponse(let host, let reason):
            "the response of \(host) is not HTTP: \(reason)"
        case .cancelled:
            "the request was cancelled"
        case .shutDown:
            "the HTTP client was shut down"
        case .other(let code, let message):
            "the transfer failed: \(message) (libcurl code \(code))"
        case .tooManyRedirects, .redirectRefused, .bodyTooLarge, .requestBody, .requestFile, .requestBodyLength:
            payloadDescription
        }
    }

    private var timeoutDescription: String {
        switch self {
        case .connectTimeout(let host, let seconds):
            "no connection to \(host) within \(seconds) s"
        case .idleTimeout(let host, let seconds):
            "\(host) sent and took nothing for \(seconds) s"
        case .totalTimeout(let host, let seconds):
            "the exchange with \(host) took longer than the \(seconds) s allowed"
        default:
            ""
        }
    }

    private var payloadDescription: String {
        switch self {
        case .tooManyRedirects(let url, let limit):
            "more than \(limit) redirects, the last one to \(url)"
        case .redirectRefused(let url, let reason):
            "the redirect to \(url) was not followed: \(reason)"
        case .bodyTooLarge(let limit):
            "the response is larger than the \(limit) bytes expected at most"
        case .requestBody(let error):
            "the request body could not be produced: \(error)"
        case .requestFile(let path, let code):
            "the request body could not be read from \(path): \(SystemError.text(code))"
        case .requestBodyLength(let announced, let produced):
            "the request body was announced with \(announced) bytes, but \(produced) came"
        default:
            ""
        }
    }
}
