import CurlTransport
import FoundationEssentials

/// Sends requests to one Google service: adds the token, tells errors apart, tries again what may pass.
struct GoogleAPI: Sendable {
    let endpoint: GoogleEndpoint
    let http: HTTPClient
    /// Nil for anonymous requests.
    let tokens: AccessTokenSource?
    let retrier: Retrier

    /// Largest answer held in memory, in bytes; a page of query rows has 20 MB at most.
    static let answerLimit = 64 << 20

    /// Maps an answer outside 2xx to an error.
    typealias Refusal = @Sendable (GoogleAnswer, GoogleResource) -> GoogleCloudError

    static let googleRefusal: Refusal = { answer, resource in
        GoogleCloudError(status: answer.status, body: answer.body, resource: resource)
    }

    /// Sends until it is answered with 2xx, fails for good, or the retry budget is spent.
    func call(_ request: GoogleRequest, refusal: Refusal = Self.googleRefusal) async throws -> GoogleAnswer {
        var attempts = retrier.begin()
        while true {
            do {
                let answer = try await self.answer(request)
                guard !answer.succeeded else { return answer }
                try await attempts.pause(after: refusal(answer, request.resource), hint: answer.retryAfter)
            } catch let error as GoogleCloudError where error.isNetworkFailure {
                try await attempts.pause(after: error)
            }
        }
    }

    /// Sends once and reads the whole answer, whatever its status.
    func answer(_ request: GoogleRequest) async throws -> GoogleAnswer {
        let response = try await open(request)
        do {
            let body = try await response.body.collect(upTo: Self.answerLimit)
            return GoogleAnswer(status: response.status, headers: response.headers, body: body)
        } catch {
            throw Self.translated(error, request)
        }
    }

    /// Sends once, with a fresh token if the current one is refused, and leaves the body to the caller.
    func open(_ request: GoogleRequest) async throws -> HTTPResponse {
        // A session's address is its own secret: only the service that gave the token out for it may see the token.
        guard let tokens, GoogleEndpoint(request.url).origin == endpoint.origin else {
            return try await exchange(request, token: nil)
        }
        guard endpoint.isConfidential else { throw GoogleCloudError.insecureEndpoint(endpoint.base) }
        let token = try await tokens.token()
        let response = try await exchange(request, token: token)
        guard response.status == 401 else { return response }
        await tokens.discard(token)
        return try await exchange(request, token: try await tokens.token())
    }

    private func exchange(_ request: GoogleRequest, token: String?) async throws -> HTTPResponse {
        var sent = HTTPRequest(method: request.method, url: request.url, headers: request.headers, body: request.body)
        sent.redirects = .refuse
        sent.timeouts.idle = request.idle
        sent.timeouts.total = request.total
        if let token { sent.headers["Authorization"] = "Bearer \(token)" }
        do {
            return try await http.send(sent)
        } catch {
            throw Self.translated(error, request)
        }
    }

    /// Cancellation stays cancellation; the rest becomes ours.
    static func translated(_ error: HTTPClientError, _ request: GoogleRequest) -> any Error {
        if case .cancelled = error { return CancellationError() }
        return GoogleCloudError.transport(error, resource: request.resource.name)
    }
}

extension GoogleCloudError {
    /// Whether no status came back at all.
    var isNetworkFailure: Bool {
        if case .transport = self { true } else { false }
    }
}

extension GoogleAnswer {
    /// `Retry-After` in seconds; the form with a date is not used by Google.
    var retryAfter: Duration? {
        headers["Retry-After"].flatMap { Int64($0) }.flatMap { $0 >= 0 ? .seconds($0) : nil }
    }
}

extension GoogleAPI {
    /// A service with the token source that the credentials call for.
    init(
        endpoint: GoogleEndpoint,
        credentials: GoogleCredentials,
        scopes: [String],
        http: HTTPClient,
        retrier: Retrier,
        now: @escaping @Sendable () -> Date
    ) {
        let tokens: AccessTokenSource? =
            switch credentials {
            case .anonymous: nil
            case .serviceAccount(let key):
                AccessTokenSource(key: key, scopes: scopes, http: http, retrier: retrier, now: now)
            }
        self.init(endpoint: endpoint, http: http, tokens: tokens, retrier: retrier)
    }
}
