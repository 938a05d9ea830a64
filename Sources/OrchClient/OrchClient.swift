package import CurlTransport
import FoundationEssentials
package import OrchModel

/// The API of an orch server: one function a route, values in and out.
///
/// Any number of calls may run at once. Cancelling the surrounding task ends a call at once. Each call fails with
/// ``OrchClientError``; nothing is repeated by itself.
package final class OrchClient: Sendable {
    /// The server's address, such as `http://127.0.0.1:4200`, without a slash at its end and without user info.
    package let url: String
    private let base: String
    let http: HTTPClient
    private let token: Secret
    private let tokenOrigin: String?

    /// The largest answer that is taken, in bytes.
    private static let answerLimit = 64 << 20
    private static let encoder = JSONEncoder()
    private static let decoder = JSONDecoder()

    /// A client of the server at `url`.
    ///
    /// - Parameters:
    ///   - url: the server's address; a slash or `/api` at its end is dropped.
    ///   - token: an admin's, an agent's or a run's token.
    ///   - tokenOrigin: where a person has the token from, such as `the profile local`, to be told where it is not taken.
    ///     Defaults to nil: the server's own words are told.
    ///   - http: where requests go; the caller shuts it down.
    package init(url: String, token: Secret, tokenOrigin: String? = nil, http: HTTPClient) {
        base = Self.base(of: url)
        self.url = Self.withoutUserInfo(base)
        self.token = token
        self.tokenOrigin = tokenOrigin
        self.http = http
    }

    /// The address as it may be shown: what stands before an `@` in its authority may be a password.
    package static func withoutUserInfo(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@") else { return url }
        return String(url[..<scheme.upperBound]) + url[url.index(after: at)...]
    }

    /// The address without what people write at its end: addresses with the same base are the same server's.
    package static func base(of url: String) -> String {
        var base = Substring(url)
        while base.hasSuffix("/") { base.removeLast() }
        if base.hasSuffix("/api") { base.removeLast(4) }
        while base.hasSuffix("/") { base.removeLast() }
        return String(base)
    }
}

extension OrchClient {
    /// One call: what is asked, and how long the server may take before its first byte.
    struct Call: Sendable {
        var method: HTTPMethod
        /// Parts of the path after `/api`, escaped when they are sent.
        var path: [String]
        var query: [(name: String, value: String)] = []
        /// How long the server was asked to hold the answer back, in seconds.
        var waitSeconds: Double = 0
        /// How long the whole call may take, in seconds; nil = as long as bytes come, and a minute.
        var limitSeconds: Double?
        /// What a body is.
        var contentType = "application/json"

        init(_ method: HTTPMethod, _ path: String...) {
            self.method = method
            self.path = path
        }

        func asking(_ query: [(String, String?)]) -> Call {
            var call = self
            call.query += query.compactMap { name, value in value.map { (name, $0) } }
            return call
        }

        func sending(_ contentType: String) -> Call {
            var call = self
            call.contentType = contentType
            return call
        }

        func answered(within seconds: Double) -> Call {
            var call = self
            call.limitSeconds = seconds
            return call
        }

        func waiting(_ seconds: Double) -> Call {
            var call = self
            call.waitSeconds = max(0, seconds)
            return call
        }
    }

    /// Sends a call without a body and reads its answer.
    func get<Answer: Decodable>(_ call: Call, _ type: Answer.Type = Answer.self) async throws(OrchClientError) -> Answer
    {
        try decode(await bytes(call, body: .none), for: call)
    }

    /// Sends a call with a JSON body and reads its answer.
    func send<Answer: Decodable>(
        _ call: Call, _ body: some Encodable, _ type: Answer.Type = Answer.self
    ) async throws(OrchClientError) -> Answer {
        try decode(await bytes(call, body: encode(body)), for: call)
    }

    /// Sends a call with a JSON body whose answer is empty.
    func send(_ call: Call, _ body: some Encodable) async throws(OrchClientError) {
        _ = try await bytes(call, body: encode(body))
    }

    /// The body of a call's answer.
    func bytes(_ call: Call, body: HTTPRequestBody) async throws(OrchClientError) -> [UInt8] {
        let patience = Duration.seconds(call.waitSeconds + 30)
        let limit = call.limitSeconds.map { Duration.seconds($0) }
        let timeouts = HTTPTimeouts(
            connect: min(.seconds(10), limit ?? .seconds(10)), idle: min(patience, limit ?? patience),
            total: limit ?? patience + .seconds(60))
        let response = try await open(call, body: body, timeouts: timeouts)
        do {
            return try await response.body.collect(upTo: Self.answerLimit)
        } catch {
            throw .unreachable(url: url, error)
        }
    }

    /// Sends a call; returns once the head of a good answer is there.
    func open(
        _ call: Call, body: HTTPRequestBody = .none, timeouts: HTTPTimeouts
    ) async throws(OrchClientError) -> HTTPResponse {
        // Without its name a thing's address is that of the list of all such things.
        guard !call.path.contains("") else {
            throw .fault(status: 400, APIFault(code: "invalid", message: "expected a name, got an empty text"))
        }
        var request = HTTPRequest(method: call.method, url: address(of: call), body: body)
        request.headers["Authorization"] = "Bearer \(token.reveal())"
        request.headers["Accept"] = "application/json"
        if case .none = body {} else { request.headers["Content-Type"] = call.contentType }
        request.timeouts = timeouts
        request.redirects = .refuse
        do {
            let response = try await http.send(request)
            guard !(200..<300).contains(response.status) else { return response }
            throw refusal(response.status, body: try await response.body.collect(upTo: 1 << 20))
        } catch let error as HTTPClientError {
            throw .unreachable(url: url, error)
        } catch let error as OrchClientError {
            throw error
        } catch {
            throw .badAnswer(url: url, status: 0, reason: "\(error)")
        }
    }

    /// Reads one value of the API from JSON.
    func decode<Value: Decodable>(
        _ bytes: [UInt8], for call: Call, as type: Value.Type = Value.self
    ) throws(OrchClientError) -> Value {
        do {
            return try Self.decoder.decode(type, from: Data(bytes))
        } catch {
            // The answer itself is not quoted: it may hold a run's secrets.
            let reason =
                "expected \(type) in JSON from \(call.method) /api/\(call.path.joined(separator: "/")), got "
                + "\(bytes.count) bytes that do not decode \(Self.place(of: error))"
            throw .badAnswer(url: url, status: 200, reason: reason)
        }
    }

    /// Where decoding stopped.
    private static func place(of error: any Error) -> String {
        let path: [any CodingKey] =
            switch error as? DecodingError {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                context.codingPath
            case .keyNotFound(let key, let context): context.codingPath + [key]
            default: []
            }
        return path.isEmpty ? "at all" : "at \(path.map(\.stringValue).joined(separator: "."))"
    }

    private func encode(_ body: some Encodable) throws(OrchClientError) -> HTTPRequestBody {
        do {
            return .bytes(Array(try Self.encoder.encode(body)))
        } catch {
            throw .unsendable(url: url, error)
        }
    }

    private func refusal(_ status: Int, body: [UInt8]) -> OrchClientError {
        if let fault = try? Self.decoder.decode(APIFault.self, from: Data(body)) {
            return .fault(status: status, told(fault, status: status))
        }
        let start = String(decoding: body.prefix(200), as: UTF8.self)
        let reason = start.isEmpty ? "the body is empty" : "expected a JSON object with code and message, got \(start)"
        return .badAnswer(url: url, status: status, reason: reason)
    }

    /// The fault with where the token came from, where that is what is refused.
    private func told(_ fault: APIFault, status: Int) -> APIFault {
        guard let tokenOrigin else { return fault }
        var told = fault
        switch status {
        case 401:
            told.message = """
                the orch server at \(url) does not take the token from \(tokenOrigin). Expected the one in admin.token in its \
                data directory, or for an agent agent.token: give it with --token-file FILE or $ORCH_API_KEY, or keep it \
                with orch profile create NAME --url \(url) --token-stdin
                """
        case 403: told.message += "; the token is from \(tokenOrigin)"
        default: break
        }
        return told
    }

    private func address(of call: Call) -> String {
        var address = "\(base)/api"
        for part in call.path { address += "/\(Self.escaped(part))" }
        for (index, item) in call.query.enumerated() {
            address += "\(index == 0 ? "?" : "&")\(Self.escaped(item.name))=\(Self.escaped(item.value))"
        }
        return address
    }

    /// Percent-encodes all but the unreserved characters.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>
    static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                bytes.append(contentsOf: (byte < 16 ? "%0" : "%").utf8)
                bytes.append(contentsOf: digits.utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
