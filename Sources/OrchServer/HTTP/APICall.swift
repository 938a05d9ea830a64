import FoundationEssentials
import Hummingbird
import Logging
import OrchModel

/// A request on its way through one route: typed access to its parts.
struct APICall: Sendable {
    var request: Request
    var context: APIContext
    var principal: Principal
    var bodyLimit: Int
    /// What the query may say; nil = anything.
    var known: [String]?
    /// The controller's clock.
    var now: @Sendable () -> Timestamp

    var logger: Logger { context.logger }

    /// A parameter of the path, without percent encoding.
    func parameter(_ name: String) throws -> String {
        guard let raw = context.parameters.get(name), let value = Self.withoutPercentEncoding(raw) else {
            throw APIFailure.badRequest("the path's \(name) is not percent-encoded UTF-8")
        }
        return value
    }

    /// A path's part as it was before percent encoding; nil where it is broken, or not UTF-8.
    static func withoutPercentEncoding(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                decoded.append(bytes[index])
                index += 1
                continue
            }
            guard index + 2 < bytes.count,
                let byte = ServerKeys.bytes(hex: String(decoding: bytes[index + 1...index + 2], as: UTF8.self))?.first
            else { return nil }
            decoded.append(byte)
            index += 3
        }
        return String(validating: decoded, as: UTF8.self)
    }

    /// A parameter of the path that is an identifier.
    func identifier(_ name: String) throws -> Identifier {
        let text = try parameter(name)
        guard let id = Identifier(text) else {
            throw APIFailure.badRequest("the path's \(name): expected a UUID, got \(PlainText.quoted(text))")
        }
        return id
    }

    /// Refuses a query that says what the route does not know: a misspelt filter would be no filter.
    func checkQuery() throws {
        guard let known else { return }
        for name in request.uri.queryParameters.map({ String($0.key) }) where !known.contains(name) {
            let nearest = NearestName.nearest(to: PlainText.cut(name), in: known, limit: 1).first
            let all = known.isEmpty ? "this route takes no query" : "expected \(known.joined(separator: ", "))"
            throw APIFailure.badRequest(
                "the query's \(PlainText.cut(name)): " + (nearest.map { "did you mean \($0)?" } ?? all))
        }
    }

    /// An item of the query; nil where it is missing or empty.
    func query(_ name: String) -> String? {
        assert(known?.contains(name) ?? true, "the endpoint does not name \(name) in its query")
        return request.uri.queryParameters[Substring(name)].flatMap { $0.isEmpty ? nil : String($0) }
    }

    /// A yes or no of the query; no where it says nothing.
    func flag(_ name: String) throws -> Bool {
        switch query(name) {
        case "true": return true
        case nil, "false": return false
        case let text?:
            throw APIFailure.badRequest("the query's \(name): expected true or false, got \(PlainText.quoted(text))")
        }
    }

    /// A time of the query; nil where it says nothing.
    func time(_ name: String) throws -> Timestamp? {
        guard let text = query(name) else { return nil }
        guard let time = Timestamp(text) else {
            throw APIFailure.badRequest(
                "the query's \(name): expected a time such as 2020-07-01T08:00:00Z, got \(PlainText.quoted(text))")
        }
        return time
    }

    /// A whole number of the query within bounds.
    func number(_ name: String, in bounds: ClosedRange<Int64>, default value: Int64) throws -> Int64 {
        guard let text = query(name) else { return value }
        guard let number = Int64(text), bounds.contains(number) else {
            throw APIFailure.badRequest(
                "the query's \(name): expected a whole number from \(bounds.lowerBound) to \(bounds.upperBound), "
                    + "got \(PlainText.quoted(text))")
        }
        return number
    }

    /// The body, decoded.
    func body<Value: Decodable>(_ type: Value.Type = Value.self) async throws -> Value {
        try await Self.decode(request.body, upTo: bodyLimit)
    }

    /// A body that people write, decoded: a member that is not known is refused.
    func closedBody<Value: ClosedObject>(_ type: Value.Type = Value.self) async throws -> Value {
        let buffer = try await request.body.collect(upTo: bodyLimit)
        return try APIJSON.decodeClosed(type, from: Data(buffer.readableBytesView))
    }

    /// A body, decoded.
    static func decode<Value: Decodable>(
        _ body: RequestBody, upTo limit: Int, as type: Value.Type = Value.self
    ) async throws -> Value {
        let buffer = try await body.collect(upTo: limit)
        return try APIJSON.decode(type, from: Data(buffer.readableBytesView))
    }
}
