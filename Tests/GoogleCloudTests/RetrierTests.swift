import CurlTransport
import Testing

@testable import GoogleCloud

struct RetrierTests {
    private static let object = #"{"bucket":"b","name":"o","size":"1","generation":"1"}"#

    private func client(_ url: String, _ http: HTTPClient, clock: ManualClock, policy: RetryPolicy = RetryPolicy())
        -> CloudStorageClient
    {
        CloudStorageClient(
            endpoint: url, credentials: .anonymous, http: http,
            retrier: Retrier(policy: policy, clock: clock, random: { 1 }))
    }

    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func repeatsWhatMayPass(status: Int) async throws {
        let server = try StubHTTPServer { _, number in number < 2 ? .answer(status) : .json(Self.object) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        _ = try await client(server.url, http, clock: clock).stat("o", in: "b")
        #expect(clock.pauses == [.seconds(1), .seconds(2)])
        #expect(server.requests.count == 3)
    }

    @Test func repeats403WhenOnlyThePaceIsWrong() async throws {
        let server = try StubHTTPServer { _, number in
            number == 0
                ? .json(#"{"error":{"message":"slow","errors":[{"reason":"rateLimitExceeded"}]}}"#, status: 403)
                : .json(Self.object)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        _ = try await client(server.url, http, clock: ManualClock()).stat("o", in: "b")
        #expect(server.requests.count == 2)
    }

    @Test(arguments: [400, 401, 403, 404, 409, 412, 501])
    func repeatsNothingElse(status: Int) async throws {
        let server = try StubHTTPServer { _, _ in .answer(status) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        let client = client(server.url, http, clock: clock)
        await #expect(throws: GoogleCloudError.self) { try await client.stat("o", in: "b") }
        #expect(server.requests.count == 1 && clock.pauses.isEmpty)
    }

    @Test func spendsItsAttemptsAndThenThrowsTheLastError() async throws {
        let server = try StubHTTPServer { _, _ in .json(#"{"error":{"message":"overloaded"}}"#, status: 503) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        var policy = RetryPolicy()
        policy.maximumAttempts = 4
        let client = client(server.url, http, clock: clock, policy: policy)
        await #expect { try await client.stat("o", in: "b") } throws: { error in
            if case GoogleCloudError.api(503, _, "overloaded", _) = error { true } else { false }
        }
        #expect(server.requests.count == 4)
        #expect(clock.pauses == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test func staysWithinItsBudgetOfTime() async throws {
        let server = try StubHTTPServer { _, _ in .answer(503) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        var policy = RetryPolicy()
        policy.budget = .seconds(10)
        let client = client(server.url, http, clock: clock, policy: policy)
        await #expect(throws: GoogleCloudError.self) { try await client.stat("o", in: "b") }
        #expect(clock.pauses == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test func waitsAsLongAsTheServerAsks() async throws {
        let server = try StubHTTPServer { _, number in
            number == 0 ? .answer(429, headers: ["Retry-After": "17"]) : .json(Self.object)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        _ = try await client(server.url, http, clock: clock).stat("o", in: "b")
        #expect(clock.pauses == [.seconds(17)])
    }

    @Test func repeatsAfterABrokenConnection() async throws {
        let server = try StubHTTPServer { _, number in number == 0 ? .sever : .json(Self.object) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        _ = try await client(server.url, http, clock: clock).stat("o", in: "b")
        #expect(clock.pauses.count == 1)
    }

    @Test func namesTheTransportsErrorWhenNobodyListens() async throws {
        let server = try StubHTTPServer { _, _ in .sever }
        let url = server.url
        server.stop()
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        let client = client(url, http, clock: clock)
        await #expect { try await client.stat("o", in: "b") } throws: { error in
            if case GoogleCloudError.transport(let cause, "object gs://b/o") = error {
                cause.isTransient
            } else {
                false
            }
        }
        #expect(clock.pauses.count == 7)
    }
}
