package import CurlTransport
package import FoundationEssentials

/// Datasets, tables and jobs of Google BigQuery, or of an emulator, over the
/// [REST API, version 2](https://cloud.google.com/bigquery/docs/reference/rest).
///
/// Every call may be repeated and may run at the same time as any other. Answers 408, 429 and 5xx and broken
/// connections are tried again within the retrier's budget; jobs carry ids, so that a repeated insert runs once.
package struct BigQueryClient: Sendable {
    /// Google's own address.
    package static let defaultEndpoint = "https://bigquery.googleapis.com"

    /// The project that owns the datasets and is billed for the jobs.
    package let project: String
    /// Where datasets are created and jobs run, such as `EU`; nil leaves it to BigQuery.
    package let location: String?

    let api: GoogleAPI
    let makeID: @Sendable () -> String

    /// A client; it sends nothing yet.
    ///
    /// - Parameters:
    ///   - project: The project's id.
    ///   - location: Such as `EU` or `europe-west1`. Defaults to BigQuery's choice.
    ///   - endpoint: Scheme, host and port. Defaults to Google's.
    ///   - credentials: Who asks.
    ///   - http: Shared with others; not shut down by this client.
    ///   - scopes: Of the access token. Default to `cloud-platform`.
    ///   - retrier: How failed requests are repeated; its clock also paces the waiting for jobs.
    ///   - now: The wall clock, for the life of tokens.
    ///   - makeID: Ids of queries that the caller gives none.
    package init(
        project: String,
        location: String? = nil,
        endpoint: String = Self.defaultEndpoint,
        credentials: GoogleCredentials,
        http: HTTPClient,
        scopes: [String] = GoogleCredentials.defaultScopes,
        retrier: Retrier = Retrier(),
        now: @escaping @Sendable () -> Date = { Date() },
        makeID: @escaping @Sendable () -> String = { UUID().uuidString.lowercased() }
    ) {
        self.project = project
        self.location = location
        self.makeID = makeID
        api = GoogleAPI(
            endpoint: GoogleEndpoint(endpoint), credentials: credentials, scopes: scopes, http: http, retrier: retrier,
            now: now)
    }

    private init(_ other: BigQueryClient, location: String) {
        project = other.project
        self.location = location
        api = other.api
        makeID = other.makeID
    }

    /// The same client with jobs in another location; it shares tokens and connections.
    package func located(in location: String) -> BigQueryClient { BigQueryClient(self, location: location) }

    func request(
        _ method: HTTPMethod,
        _ path: String,
        query: [(name: String, value: String)] = [],
        resource: GoogleResource
    ) -> GoogleRequest {
        let query = query + [("prettyPrint", "false")]
        return GoogleRequest(method: method, url: api.endpoint.url(path: path, query: query), resource: resource)
    }

    /// `/bigquery/v2/projects/<project>/<rest>`, each part escaped.
    func path(_ rest: String..., of project: String? = nil) -> String {
        (["/bigquery/v2/projects", GoogleEndpoint.escape(project ?? self.project)] + rest.map(GoogleEndpoint.escape))
            .joined(separator: "/")
    }
}
