import CurlTransport
import FoundationEssentials

/// Fetches access tokens of a service account and keeps the current one.
///
/// Any number of tasks may ask at once: one request is under way at a time, and all of them get its answer. It is
/// cancelled when the last task that waits for it is.
actor AccessTokenSource {
    /// A token is replaced this long before it expires, in seconds.
    static let margin: TimeInterval = 300

    private struct Token: Sendable {
        let text: String
        let expiry: Date
    }

    private let key: ServiceAccountKey
    private let scopes: [String]
    private let http: HTTPClient
    private let retrier: Retrier
    private let now: @Sendable () -> Date

    private var current: Token?
    private var fetch: Task<Void, Never>?
    private var waiters: [Int: CheckedContinuation<String, any Error>] = [:]
    private var nextWaiter = 0

    init(
        key: ServiceAccountKey,
        scopes: [String],
        http: HTTPClient,
        retrier: Retrier,
        now: @escaping @Sendable () -> Date
    ) {
        self.key = key
        self.scopes = scopes
        self.http = http
        self.retrier = retrier
        self.now = now
    }

    /// A token that is good for at least the margin.
    func token() async throws -> String {
        if let current, current.expiry.timeIntervalSince(now()) > Self.margin { return current.text }
        let waiter = nextWaiter
        nextWaiter += 1
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                waiters[waiter] = continuation
                if fetch == nil { fetch = Task { await self.renew() } }
            }
        } onCancel: {
            Task { await self.giveUp(waiter) }
        }
    }

    /// Forgets `token`, which was refused, unless another one has replaced it already.
    func discard(_ token: String) {
        if current?.text == token { current = nil }
    }

    private func giveUp(_ waiter: Int) {
        waiters.removeValue(forKey: waiter)?.resume(throwing: CancellationError())
        if waiters.isEmpty { fetch?.cancel() }
    }

    private func renew() async {
        let outcome: Result<String, any Error>
        do {
            let token = try await request()
            current = token
            outcome = .success(token.text)
        } catch {
            outcome = .failure(error)
        }
        fetch = nil
        if case .failure(let error) = outcome, error is CancellationError, !waiters.isEmpty {
            // Someone came after the last one had left: theirs is a new request.
            fetch = Task { await self.renew() }
            return
        }
        let answered = waiters
        waiters = [:]
        for waiter in answered.values { waiter.resume(with: outcome) }
    }

    /// Maps to `POST` of a signed assertion to the key's `token_uri`; see
    /// <https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests>.
    private func request() async throws -> Token {
        let sent = now()
        let assertion = try ServiceAccountAssertion.sign(key: key, scopes: scopes, now: sent)
        let grant = GoogleEndpoint.escape("urn:ietf:params:oauth:grant-type:jwt-bearer")
        var request = GoogleRequest(
            method: .post,
            url: key.tokenURI,
            resource: GoogleResource(name: "an access token for \(key.clientEmail)")
        )
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.body = .bytes(Array("grant_type=\(grant)&assertion=\(assertion)".utf8))
        let api = GoogleAPI(endpoint: GoogleEndpoint(key.tokenURI), http: http, tokens: nil, retrier: retrier)
        let answer = try await api.call(request, refusal: Self.refusal)
        let grantAnswer = try answer.decoded(Grant.self, resource: request.resource)
        return Token(text: grantAnswer.accessToken, expiry: sent.addingTimeInterval(grantAnswer.expiresIn))
    }

    private struct Grant: Decodable {
        let accessToken: String
        let expiresIn: TimeInterval

        enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case expiresIn = "expires_in"
        }
    }

    private struct Refusal: Decodable {
        let error: String
        let errorDescription: String?

        enum CodingKeys: String, CodingKey {
            case error
            case errorDescription = "error_description"
        }
    }

    /// OAuth's errors (RFC 6749 section 5.2) are not Google's.
    private static func refusal(_ answer: GoogleAnswer, _ resource: GoogleResource) -> GoogleCloudError {
        guard (400..<500).contains(answer.status), answer.status != 408, answer.status != 429,
            let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(answer.body))
        else { return GoogleCloudError(status: answer.status, body: answer.body, resource: resource) }
        return .unauthenticated(message: [refusal.error, refusal.errorDescription ?? ""].joined(separator: " "))
    }
}
