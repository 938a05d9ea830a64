import CurlTransport
import FoundationEssentials

/// One request to a Google API.
struct GoogleRequest: Sendable {
    var method: HTTPMethod
    var url: String
    var headers: HTTPHeaders = [:]
    var body: HTTPRequestBody = .none
    var resource: GoogleResource
    /// Time without a byte in either direction.
    var idle: Duration = .seconds(60)
    /// Time for the whole exchange.
    var total: Duration?

    init(method: HTTPMethod, url: String, resource: GoogleResource) {
        self.method = method
        self.url = url
        self.resource = resource
    }

    /// A body of JSON.
    mutating func setJSON(_ value: some Encodable) throws {
        headers["Content-Type"] = "application/json; charset=UTF-8"
        body = .bytes(try Self.json(value))
    }

    /// JSON with keys in a fixed order.
    static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}

/// The whole answer to a request.
struct GoogleAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    /// Whether the request succeeded.
    var succeeded: Bool { (200..<300).contains(status) }

    /// The body as JSON.
    func decoded<Value: Decodable>(_ type: Value.Type, resource: GoogleResource) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw GoogleCloudError.malformedAnswer(resource: resource.name, cause: error)
        }
    }
}
