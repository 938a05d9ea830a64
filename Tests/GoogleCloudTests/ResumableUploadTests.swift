import CurlTransport
import Synchronization
import Testing

@testable import GoogleCloud

/// Sessions with chunks of 256 KiB.
struct ResumableUploadTests {
    private static let chunk = 256 << 10
    private static let bytes = (0..<(3 * chunk + 10)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 5) }

    private struct Outcome {
        let ranges: [String]
        let sessions: Int
        let received: [[UInt8]]
        let pauses: Int
    }

    /// Uploads `bytes` to a server whose answers to chunks and probes are `replies`, then 200.
    private func upload(_ replies: [StubHTTPServer.Reply]) async throws -> Outcome {
        let left = Mutex(replies[...])
        let running = try StubHTTPServer { request, _ in
            if request.method == "POST" { return .answer(200, headers: ["Location": "/session"]) }
            return left.withLock { $0.popFirst() } ?? .json("{}")
        }
        defer { running.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let api = GoogleAPI(
            endpoint: GoogleEndpoint(running.url), http: http, tokens: nil, retrier: Retrier(clock: clock))
        let resource = GoogleResource(name: "object", role: "")
        let upload = ResumableUpload(
            api: api, resource: resource, path: try folder.file("f", Self.bytes),
            extent: { _ in FileExtent(length: Int64(Self.bytes.count), isWhole: true) }, contentType: "a/b",
            chunkSize: Int64(Self.chunk), checksum: nil)
        _ = try await upload.run {
            try await api.call(GoogleRequest(method: .post, url: "\(running.url)/open", resource: resource))
        }
        let puts = running.requests.filter { $0.method == "PUT" }
        return Outcome(
            ranges: puts.compactMap { $0.headers["content-range"] },
            sessions: running.requests.filter { $0.method == "POST" }.count,
            received: puts.map(\.body), pauses: clock.pauses.count)
    }

    private static func kept(_ count: Int) -> StubHTTPServer.Reply {
        .answer(308, headers: ["Range": "bytes=0-\(count - 1)"])
    }

    @Test func goesOnWhereTheServerStands() async throws {
        let outcome = try await upload([Self.kept(100_000), Self.kept(Self.chunk * 2)])
        #expect(
            outcome.ranges == [
                "bytes 0-262143/786442", "bytes 100000-362143/786442", "bytes 524288-786431/786442",
            ])
        #expect(outcome.received[1] == Array(Self.bytes[100_000..<362_144]))
        #expect(outcome.pauses == 0)
    }

    @Test func startsFromNothingWithoutARange() async throws {
        let outcome = try await upload([.answer(308), Self.kept(Self.chunk)])
        #expect(
            outcome.ranges.prefix(3) == [
                "bytes 0-262143/786442", "bytes 0-262143/786442", "bytes 262144-524287/786442",
            ])
    }

    @Test func asksWhereTheServerStandsAfterABrokenConnection() async throws {
        let outcome = try await upload([Self.kept(Self.chunk), .sever, Self.kept(Self.chunk + 5)])
        #expect(
            outcome.ranges == [
                "bytes 0-262143/786442", "bytes 262144-524287/786442", "bytes */786442", "bytes 262149-524292/786442",
            ])
        #expect(outcome.pauses == 1)
    }

    @Test func asksAgainWhenTheQuestionIsAnswered503() async throws {
        let outcome = try await upload([.sever, .answer(503), .answer(308)])
        #expect(
            outcome.ranges == [
                "bytes 0-262143/786442", "bytes */786442", "bytes */786442", "bytes 0-262143/786442",
            ])
    }

    @Test func endsWhenTheQuestionShowsThatAllIsThere() async throws {
        let outcome = try await upload([.sever, .json("{}")])
        #expect(outcome.ranges == ["bytes 0-262143/786442", "bytes */786442"])
    }

    @Test(arguments: [404, 410])
    func opensANewSessionWhenOneIsGone(status: Int) async throws {
        let outcome = try await upload([Self.kept(Self.chunk), .answer(status), Self.kept(Self.chunk)])
        #expect(outcome.sessions == 2)
        #expect(
            outcome.ranges == [
                "bytes 0-262143/786442", "bytes 262144-524287/786442", "bytes 0-262143/786442",
                "bytes 262144-524287/786442",
            ])
    }

    @Test func givesUpOnAServerThatLosesEverySession() async throws {
        let replies = Array(repeating: [Self.kept(Self.chunk), .answer(410)], count: 50).flatMap { $0 }
        await #expect { try await upload(replies) } throws: { error in
            if case GoogleCloudError.api(410, _, _, _) = error { true } else { false }
        }
    }

    @Test func asksWhatIsThereAfterA503() async throws {
        let outcome = try await upload([Self.kept(Self.chunk), .answer(503), Self.kept(Self.chunk + 5)])
        #expect(
            outcome.ranges == [
                "bytes 0-262143/786442", "bytes 262144-524287/786442", "bytes */786442", "bytes 262149-524292/786442",
            ])
    }

    @Test func repeatsAChunkThatWasAnswered429() async throws {
        let outcome = try await upload([.answer(429, headers: ["Retry-After": "3"]), Self.kept(Self.chunk)])
        #expect(outcome.ranges.prefix(2) == ["bytes 0-262143/786442", "bytes 0-262143/786442"])
    }

    @Test func takesOneByteForNone() async throws {
        let outcome = try await upload([.sever, Self.kept(1)])
        #expect(outcome.ranges.last == "bytes 0-262143/786442")
    }

    @Test func givesUpOnAServerThatKeepsNothing() async throws {
        await #expect { try await upload(Array(repeating: .answer(308), count: 50)) } throws: { error in
            if case GoogleCloudError.api(503, "noProgress", _, _) = error { true } else { false }
        }
    }

    @Test func progressRefillsTheBudget() async throws {
        var replies: [StubHTTPServer.Reply] = []
        for part in 1...3 { replies += Array(repeating: .answer(503), count: 7) + [Self.kept(Self.chunk * part)] }
        let outcome = try await upload(replies)
        #expect(outcome.pauses == 21)
    }

    @Test func refusesARangeThatCannotBe() async throws {
        await #expect { try await upload([.answer(308, headers: ["Range": "bytes=0-999999999"])]) } throws: { error in
            if case GoogleCloudError.malformedAnswer = error { true } else { false }
        }
    }
}
