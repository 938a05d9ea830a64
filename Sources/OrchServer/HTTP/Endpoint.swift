import Hummingbird

/// One route: where it is, who may use it, what it does.
struct Endpoint: Sendable {
    typealias Handler = @Sendable (APICall) async throws -> Response

    var method: HTTPRequest.Method
    /// Parts of the path after `/api`; those that start with `:` are parameters.
    var path: String
    var access: Access
    /// The largest body, in bytes. Defaults to 1 MiB.
    var bodyLimit: Int
    var handler: Handler

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, bodyLimit: Int = 1 << 20,
        handler: @escaping Handler
    ) {
        self.method = method
        self.path = "/api/\(path)"
        self.access = access
        self.bodyLimit = bodyLimit
        self.handler = handler
    }

    /// The path in the router's own spelling, as it tells which route a request has taken.
    var route: String { RouterPath(path).description }

    /// Whether a request's path is one of this route's.
    func matches(path other: String) -> Bool {
        let (own, given) = (path.split(separator: "/"), other.split(separator: "/"))
        return own.count == given.count && zip(own, given).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
    }
}
