import CurlTransport

/// One request to the daemon, before the version and the host are known.
struct DockerCall: Sendable {
    var method: HTTPMethod = .get
    /// The path below the version, percent-encoded; what messages show.
    let path: String
    var query: [(name: String, value: String?)] = []
    var headers: HTTPHeaders = [:]
    var body: HTTPRequestBody = .none
    /// Silence that ends the call; nil for calls that may be silent for days.
    var idle: Duration? = .seconds(120)
    /// What a 404 is about, where the message does not say.
    var object: DockerError.Object?
    /// The image that a container is to be made of.
    var image: String?

    /// - Parameter segments: the parts of the path; each is percent-encoded, `/` and `:` and `@` in names of images
    ///   stay.
    /// - Throws: `DockerError.invalidName` for an empty segment, `.` or `..`.
    init(_ method: HTTPMethod = .get, _ segments: String..., object: DockerError.Object? = nil) throws(DockerError) {
        var path = ""
        for segment in segments {
            let parts = segment.split(separator: "/", omittingEmptySubsequences: false)
            guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else { throw .invalidName(segment) }
            path += "/" + PercentEncoding.encode(segment, keeping: "/:@")
        }
        self.method = method
        self.path = path
        self.object = object
    }

    /// Path and query.
    var target: String {
        let items = query.compactMap { item in
            item.value.map { "\(item.name)=\(PercentEncoding.encode($0, keeping: ""))" }
        }
        return items.isEmpty ? path : "\(path)?\(items.joined(separator: "&"))"
    }

    /// Sets a JSON body.
    mutating func encode(_ value: some Encodable) throws(DockerError) {
        headers["Content-Type"] = "application/json"
        body = .bytes(try DockerJSON.encode(value))
    }
}
