import CryptoExtras
import CurlTransport
import Dispatch
import FoundationEssentials
import Synchronization
import Testing

@testable import GoogleCloud

struct AccessTokenSourceTests {
    private static let object = #"{"bucket":"b","name":"o","size":"1","generation":"1"}"#
    private static let start = Date(timeIntervalSince1970: 1_700_000_000)

    private static func token(_ text: String) -> StubHTTPServer.Reply {
        .json(#"{"access_token":"\#(text)","expires_in":3599,"token_type":"Bearer"}"#)
    }

    private func client(
        _ server: StubHTTPServer,
        http: HTTPClient,
        now: @escaping @Sendable () -> Date = { start },
        clock: ManualClock = ManualClock()
    ) throws -> CloudStorageClient {
        CloudStorageClient(
            endpoint: server.url,
            credentials: try ServiceAccountFixture().credentials(tokenURI: "\(server.url)/token"),
            http: http, retrier: Retrier(clock: clock), now: now)
    }

    @Test func exchangesAnAssertionThatThePublicKeyVerifies() async throws {
        let server = try StubHTTPServer { request, _ in
            request.path == "/token" ? Self.token("t1") : .json(Self.object)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        _ = try await client(server, http: http).stat("o", in: "b")

        let exchange = try #require(server.requests.first)
        #expect(exchange.method == "POST")
        #expect(exchange.headers["content-type"] == "application/x-www-form-urlencoded")
        let prefix = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
        #expect(exchange.text.hasPrefix(prefix))
        let parts = exchange.text.dropFirst(prefix.count).split(separator: ".").map(String.init)
        #expect(parts.count == 3)
        let signature = _RSA.Signing.RSASignature(rawRepresentation: try data(parts[2]))
        let signed = Data("\(parts[0]).\(parts[1])".utf8)
        let publicKey = try ServiceAccountFixture().publicKey
        #expect(publicKey.isValidSignature(signature, for: signed, padding: .insecurePKCS1v1_5))
        #expect(String(decoding: try data(parts[0]), as: UTF8.self) == #"{"alg":"RS256","kid":"kid-1","typ":"JWT"}"#)
        let claims =
            #"{"aud":"\#(server.url)/token","exp":1700003600,"iat":1700000000,"#
            + #""iss":"etl@p.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/cloud-platform"}"#
        #expect(String(decoding: try data(parts[1]), as: UTF8.self) == claims)
        #expect(server.requests.last?.headers["authorization"] == "Bearer t1")
    }

    @Test func keepsATokenUntilFiveMinutesBeforeItsEnd() async throws {
        let server = try StubHTTPServer { request, number in
            request.path == "/token" ? Self.token("t\(number)") : .json(Self.object)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = SharedSeconds()
        let client = try client(server, http: http, now: { Self.start.addingTimeInterval(clock.value) })
        for moment in [0, 3298, 3300] as [TimeInterval] {
            clock.value = moment
            _ = try await client.stat("o", in: "b")
        }
        #expect(server.requests.map(\.path).filter { $0 == "/token" }.count == 2)
        #expect(server.requests.compactMap { $0.headers["authorization"] } == ["Bearer t0", "Bearer t0", "Bearer t3"])
    }

    @Test func asksOnceForManyCallers() async throws {
        let server = try StubHTTPServer { request, _ in
            request.path == "/token" ? Self.token("t") : .json(Self.object)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = try client(server, http: http)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await client.stat("o", in: "b") } }
            try await group.waitForAll()
        }
        #expect(server.requests.filter { $0.path == "/token" }.count == 1)
        #expect(server.requests.filter { $0.path != "/token" }.count == 20)
    }

    @Test func renewsATokenThatIsRefused() async throws {
        let server = try StubHTTPServer { request, number in
            if request.path == "/token" { return Self.token("t\(number)") }
            return request.headers["authorization"] == "Bearer t0" ? .json("{}", status: 401) : .json(Self.object)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        _ = try await client(server, http: http).stat("o", in: "b")
        #expect(server.requests.compactMap { $0.headers["authorization"] } == ["Bearer t0", "Bearer t2"])
    }

    @Test func givesUpWhenTheSecondTokenIsRefusedToo() async throws {
        let server = try StubHTTPServer { request, number in
            request.path == "/token" ? Self.token("t\(number)") : .json(#"{"error":{"message":"no"}}"#, status: 401)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = try client(server, http: http)
        await #expect { try await client.stat("o", in: "b") } throws: { error in
            if case GoogleCloudError.unauthenticated(message: "no") = error { true } else { false }
        }
        #expect(server.requests.count == 4)
    }

    @Test func tellsWhatTheTokenEndpointSaysAndNotWhatWasSent() async throws {
        let server = try StubHTTPServer { _, _ in
            .json(#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#, status: 400)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = try client(server, http: http)
        await #expect { try await client.stat("o", in: "b") } throws: { error in
            guard case GoogleCloudError.unauthenticated(let message) = error else { return false }
            return message == "invalid_grant Invalid JWT Signature." && !"\(error)".contains("eyJ")
        }
        #expect(server.requests.count == 1)
    }

    @Test func retriesATokenEndpointThatIsBusy() async throws {
        let server = try StubHTTPServer { request, number in
            guard request.path == "/token" else { return .json(Self.object) }
            return number == 0 ? .answer(503) : Self.token("t")
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        _ = try await client(server, http: http, clock: clock).stat("o", in: "b")
        #expect(clock.pauses.count == 1)
    }

    @Test func aCancelledCallerLeavesWithoutDisturbingTheOthers() async throws {
        let asked = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        let server = try StubHTTPServer { request, _ in
            guard request.path == "/token" else { return .json(Self.object) }
            asked.continuation.yield()
            release.wait()
            return Self.token("t")
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = try client(server, http: http)
        let staying = Task { try await client.stat("o", in: "b") }
        for await _ in asked.stream { break }
        let leaving = Task { try await client.stat("o", in: "b") }
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        release.signal()
        #expect(try await staying.value.name == "o")
        #expect(server.requests.filter { $0.path == "/token" }.count == 1)
    }

    @Test func sendsNoTokenInTheClearToAnotherMachine() async throws {
        let server = try StubHTTPServer { _, _ in Self.token("t") }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = CloudStorageClient(
            endpoint: "http://gcs.invalid:9023",
            credentials: try ServiceAccountFixture().credentials(tokenURI: "\(server.url)/token"), http: http)
        await #expect { try await client.stat("o", in: "b") } throws: { error in
            if case GoogleCloudError.insecureEndpoint("http://gcs.invalid:9023") = error { true } else { false }
        }
        #expect(server.requests.isEmpty)
    }

    @Test func sendsNoTokenToASessionOnAnotherServer() async throws {
        let session = try StubHTTPServer { _, number in
            number == 0 ? .answer(308, headers: ["Range": "bytes=0-8388607"]) : .json(Self.object)
        }
        defer { session.stop() }
        let sessionURL = "\(session.url)/session"
        let server = try StubHTTPServer { request, _ in
            request.path == "/token" ? Self.token("t") : .answer(200, headers: ["Location": sessionURL])
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let path = try folder.file("f", [UInt8](repeating: 7, count: (8 << 20) + 1))
        _ = try await client(server, http: http).upload(file: path, to: "b", as: "o")
        #expect(server.requests.last?.headers["authorization"] == "Bearer t")
        #expect(session.requests.count == 2 && session.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    private func data(_ base64URL: String) throws -> Data {
        let text = String(base64URL.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        return try #require(Data(base64Encoded: text + String(repeating: "=", count: (4 - text.count % 4) % 4)))
    }
}

/// Seconds that a test sets and a client reads.
private final class SharedSeconds: Sendable {
    private let seconds = Mutex<TimeInterval>(0)

    var value: TimeInterval {
        get { seconds.withLock { $0 } }
        set { seconds.withLock { $0 = newValue } }
    }
}
