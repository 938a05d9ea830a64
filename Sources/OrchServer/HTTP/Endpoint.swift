import Hummingbird

/// One route: where it is, who may use it, what it does.
struct Endpoint: Sendable {
    typealias Handler = @Sendable (APICall) async throws -> Response

    var method: HTTPRequest.Method
    /// The whole path; parts that start with `:` are parameters.
    var path: String
    var access: Access
    /// What its query may say; nil = anything, as for those that balancers and scrapers ask.
    var query: [String]?
    /// The largest body, in bytes. Defaults to 1 MiB.
    var bodyLimit: Int
    var handler: Handler

    /// A route below `/api`. Its query says nothing, unless `query` names something.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, query: [String] = [],
        bodyLimit: Int = 1 << 20, handler: @escaping Handler
    ) {
        self.init(method, root: "/api/\(path)", access, bodyLimit: bodyLimit, handler: handler)
        self.query = access == .open ? nil : query
    }

    /// A route that is not below `/api`.
    init(
        _ method: HTTPRequest.Method, root path: String, _ access: Access, bodyLimit: Int = 1 << 20,
        handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
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
