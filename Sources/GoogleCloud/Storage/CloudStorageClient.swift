package import CurlTransport
package import FoundationEssentials

/// Buckets and objects of Google Cloud Storage, or of an emulator, over the
/// [JSON API](https://cloud.google.com/storage/docs/json_api).
///
/// Every call may be repeated and may run at the same time as any other. Answers 408, 429 and 5xx and broken
/// connections are tried again within the retrier's budget.
package struct CloudStorageClient: Sendable {
    /// Google's own address.
    package static let defaultEndpoint = "https://storage.googleapis.com"

    /// Files up to this many bytes go up in one request, larger ones in a resumable session.
    static let multipartLimit: Int64 = 8 << 20

    let api: GoogleAPI

    /// A client; it sends nothing yet.
    ///
    /// - Parameters:
    ///   - endpoint: Scheme, host and port. Defaults to Google's.
    ///   - credentials: Who asks.
    ///   - http: Shared with others; not shut down by this client.
    ///   - scopes: Of the access token. Default to `cloud-platform`.
    ///   - retrier: How failed requests are repeated.
    ///   - now: The wall clock, for the life of tokens.
    package init(
        endpoint: String = Self.defaultEndpoint,
        credentials: GoogleCredentials,
        http: HTTPClient,
        scopes: [String] = GoogleCredentials.defaultScopes,
        retrier: Retrier = Retrier(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        api = GoogleAPI(
            endpoint: GoogleEndpoint(endpoint), credentials: credentials, scopes: scopes, http: http, retrier: retrier,
            now: now)
    }

    func request(
        _ method: HTTPMethod,
        _ path: String,
        query: [(name: String, value: String)] = [],
        resource: GoogleResource
    ) -> GoogleRequest {
        GoogleRequest(method: method, url: api.endpoint.url(path: path, query: query), resource: resource)
    }

    /// `/storage/v1/b/<bucket>`, and `/o/<object>` if one is named.
    static func path(bucket: String, object: String? = nil, under prefix: String = "/storage/v1") -> String {
        let base = "\(prefix)/b/\(GoogleEndpoint.escape(bucket))"
        return object.map { "\(base)/o/\(GoogleEndpoint.escape($0))" } ?? base
    }
}
