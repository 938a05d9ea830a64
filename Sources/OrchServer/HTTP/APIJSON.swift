import FoundationEssentials
import Hummingbird
import OrchModel

/// Bodies as JSON, in and out.
enum APIJSON {
    private static let encoder = JSONEncoder()
    private static let decoder = JSONDecoder()

    /// Decodes a body.
    ///
    /// - Throws: 400 with what was expected where; never with a value of the body.
    static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty { try requireJSON(data) }
            throw failure(of: error, as: type)
        }
    }

    /// Decodes a body that people write.
    ///
    /// - Throws: as `decode`, and 422 with each member that is not known.
    static func decodeClosed<Value: ClosedObject>(_ type: Value.Type, from data: Data) throws -> Value {
        let unknown = type.unknownMembers(in: try requireJSON(data, isWritten: true))
        guard unknown.isEmpty else {
            throw APIFailure.invalid("the body has members that are not known", details: unknown)
        }
        return try decode(type, from: data)
    }

    /// The body's value; throws 400 with the place where it is not JSON.
    @discardableResult
    private static func requireJSON(_ data: Data, isWritten: Bool = false) throws -> JSONValue {
        guard !data.isEmpty else { throw APIFailure.badRequest("the body is empty: expected JSON") }
        do {
            return isWritten ? try JSONValue(strictly: data) : try JSONValue(parsing: data)
        } catch DecodingError.dataCorrupted(let context) {
            throw APIFailure.badRequest("the body cannot be read: \(context.debugDescription)")
        }
    }

    /// 400 with what was expected where; never with a value of the body.
    static func failure<Value>(of error: DecodingError, as type: Value.Type) -> APIFailure {
        APIFailure.badRequest("the body cannot be read: \(reason(error))")
    }

    static func bytes(_ value: some Encodable) throws -> Data {
        try encoder.encode(value)
    }

    /// An answer with a JSON body.
    static func response(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try bytes(value))))
    }

    static let noContent = Response(status: .noContent)

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .typeMismatch(let type, let context): "\(place(context)): expected \(word(for: type))"
        case .valueNotFound(let type, let context): "\(place(context)): expected \(word(for: type)), got null"
        case .keyNotFound(let key, let context):
            "\(place(context)): expected a member \"\(key.stringValue)\", which is missing"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "expected JSON" : "\(place(context)): \(expectation(context.debugDescription))"
        @unknown default: "expected another shape"
        }
    }

    /// What a decoder's own message means: those of the library name types of this program, and repeat the body.
    private static func expectation(_ message: String) -> String {
        if message.hasPrefix("Cannot initialize ") { return "expected another word" }
        let isNumber = message.contains("does not fit in") || message.contains("is not representable")
        return isNumber ? "expected a number within 64 bits, whole where a whole one is meant" : message
    }

    /// A type as JSON calls it: who sends a body need not know this program's types.
    private static func word(for type: Any.Type) -> String {
        switch type {
        case is String.Type: return "a string"
        case is Bool.Type: return "true or false"
        case is any BinaryInteger.Type: return "a whole number"
        case is any BinaryFloatingPoint.Type: return "a number"
        case is [String: Any].Type: return "an object"
        default:
            let name = "\(type)"
            return name.hasPrefix("Dictionary") ? "an object" : name.hasPrefix("Array") ? "an array" : "another value"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
        return path.isEmpty ? "at its top" : "at \(path)"
    }
}
