/// The head of a response; its body streams.
package struct HTTPResponse: Sendable {
    /// The status code, such as 404.
    package let status: Int
    /// The header fields.
    package let headers: HTTPHeaders
    /// The address that answered, after redirects and without user info.
    package let url: String
    /// The body, which has to be read, or dropped, for the connection to become free.
    package let body: HTTPResponseBody
    /// `1.0`, `1.1` or `2`.
    package let httpVersion: String
}

/// The part of a response that comes before its body.
struct HTTPResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var httpVersion: String
}
