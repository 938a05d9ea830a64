import CurlTransport
public import FoundationEssentials

/// What a web server answered.
public struct WebAnswer: Sendable {
    /// The status code.
    public let status: Int
    /// The address that answered, after redirects, without user info.
    public let url: String
    /// The body; of an answer that was written to a file, nothing.
    public let bytes: [UInt8]
    let fields: HTTPHeaders

    /// The body as text; what is no UTF-8 in it is replaced.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The first value of a header field, whatever the case of its name.
    public func header(_ name: String) -> String? { fields[name] }

    /// The body as a value.
    ///
    /// - Throws: ``WebFailure``, which shows no part of the body.
    public func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        do {
            return try JSONText.decode(type, from: text)
        } catch {
            throw WebFailure(
                what: "the answer of \(HTTPRequest(url: url))",
                reason: "expected \(type) in JSON, got \(bytes.count) bytes that are not",
                status: status, attempts: 1, body: bytes)
        }
    }
}

/// A file that a web server's answer was written to.
public struct WebFile: Sendable {
    /// Where it is: in the run's scratch directory.
    public let url: URL
    /// Its length.
    public let bytes: Int64
    /// Its SHA-256, in hexadecimal.
    public let sha256: String
    /// The head of the answer.
    public let answer: WebAnswer
}

/// Why a request did not lead to the answer that was expected. Its text shows neither credentials nor values of the query.
public struct WebFailure: Error, Sendable, CustomStringConvertible {
    let what: String
    /// Why, in words.
    public let reason: String
    /// The last answer's status code; nil where there was none.
    public let status: Int?
    /// How often it was sent.
    public let attempts: Int
    /// The last answer's body, at most 64 KiB of it. It may hold secrets, and is not part of the text.
    public let body: [UInt8]

    public var description: String {
        "\(what): \(reason)" + (attempts > 1 ? " (the last of \(attempts) attempts)" : "")
    }
}
