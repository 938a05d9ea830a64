import CurlTransport
import Testing

@testable import GoogleCloud

struct CloudStorageClientTests {
    private static let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 >> 3) }
    private static let hash = "crc32c=\(CRC32C(bytes).base64),md5=x"

    private func client(_ url: String, _ http: HTTPClient, clock: ManualClock = ManualClock()) -> CloudStorageClient {
        CloudStorageClient(endpoint: url + "/", credentials: .anonymous, http: http, retrier: Retrier(clock: clock))
    }

    @Test func downloadsAndVerifies() async throws {
        let server = try StubHTTPServer { _, _ in
            .answer(200, headers: ["X-Goog-Hash": Self.hash, "X-Goog-Generation": "7"], body: Self.bytes)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let path = try folder.file("f", [1])
        let download = try await client(server.url, http).download("d/ä b%.csv", in: "b", to: path, generation: 7)
        #expect(download.size == 300_000 && download.generation == 7 && download.crc32c == CRC32C(Self.bytes).base64)
        #expect(try folder.bytes("f") == Self.bytes)
        #expect(try folder.names == ["f"])
        #expect(server.requests[0].target == "/download/storage/v1/b/b/o/d%2F%C3%A4%20b%25.csv?alt=media&generation=7")
    }

    @Test func goesOnAfterABreakOffWithTheSameGeneration() async throws {
        let server = try StubHTTPServer { request, number in
            let headers = ["X-Goog-Hash": Self.hash, "X-Goog-Generation": "7"]
            guard number > 0 else { return .broken(headers: headers, body: Self.bytes, sent: 100_000) }
            let start = request.headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
            let range = "bytes \(start)-299999/300000"
            return .answer(
                206, headers: headers.merging(["Content-Range": range]) { $1 }, body: Array(Self.bytes[start...]))
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let download = try await client(server.url, http).download("o", in: "b", to: "\(folder.path)/f")
        #expect(try folder.bytes("f") == Self.bytes)
        #expect(download.size == 300_000 && download.generation == 7)
        #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=100000-"])
        #expect(server.requests[1].query == ["alt=media", "generation=7"])
    }

    @Test(arguments: [404, 412, 416])
    func startsOverWhenTheObjectWasReplacedDuringABreak(status: Int) async throws {
        let server = try StubHTTPServer { request, number in
            switch number {
            case 0: .broken(headers: ["X-Goog-Generation": "7"], body: [9, 9, 9, 9], sent: 2)
            case 1: .answer(status)
            default: .answer(200, headers: ["X-Goog-Hash": Self.hash, "X-Goog-Generation": "8"], body: Self.bytes)
            }
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let download = try await client(server.url, http).download("o", in: "b", to: "\(folder.path)/f")
        #expect(try folder.bytes("f") == Self.bytes)
        #expect(download.generation == 8)
        #expect(server.requests[2].query == ["alt=media"])
    }

    @Test(arguments: [200, 206])
    func readsAPartOfAnObject(status: Int) async throws {
        let server = try StubHTTPServer { _, _ in
            .answer(status, body: status == 206 ? Array(Self.bytes[100..<200]) : Self.bytes)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let part = try await client(server.url, http).bytes(100..<200, of: "d/o", in: "b", generation: 3)
        #expect(part == Array(Self.bytes[100..<200]))
        #expect(server.requests[0].target == "/download/storage/v1/b/b/o/d%2Fo?alt=media&generation=3")
        #expect(server.requests[0].headers["range"] == "bytes=100-199")
    }

    @Test func startsOverWhereAServerKnowsNoRanges() async throws {
        let server = try StubHTTPServer { _, number in
            number == 0
                ? .broken(headers: ["X-Goog-Hash": Self.hash], body: Self.bytes, sent: 100_000)
                : .answer(200, headers: ["X-Goog-Hash": Self.hash], body: Self.bytes)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        try await client(server.url, http, clock: clock).download("o", in: "b", to: "\(folder.path)/f")
        #expect(try folder.bytes("f") == Self.bytes)
        #expect(clock.pauses.count == 1)
    }

    @Test func leavesTheOldFileWhenTheNewOneIsDamagedTwice() async throws {
        let server = try StubHTTPServer { _, _ in .answer(200, headers: ["X-Goog-Hash": "crc32c=AAAAAA=="], body: [5]) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let path = try folder.file("f", [1])
        await #expect { try await client(server.url, http).download("o", in: "b", to: path) } throws: { error in
            if case GoogleCloudError.checksumMismatch("object gs://b/o", "AAAAAA==", _) = error { true } else { false }
        }
        #expect(server.requests.count == 2)
        #expect(try folder.bytes("f") == [1])
        #expect(try folder.names == ["f"])
    }

    @Test func asksForTheChecksumThatTheAnswerDoesNotCarry() async throws {
        let server = try StubHTTPServer { request, _ in
            request.path.hasPrefix("/download")
                ? .answer(200, body: [5])
                : .json(#"{"bucket":"b","name":"o","size":"1","generation":"1","crc32c":"AAAAAA=="}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        await #expect {
            try await client(server.url, http).download("o", in: "b", to: "\(folder.path)/f")
        } throws: { error in
            if case GoogleCloudError.checksumMismatch = error { true } else { false }
        }
    }

    @Test func leavesNothingBehindWhenTheObjectIsNotThere() async throws {
        let server = try StubHTTPServer { _, _ in .answer(404) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        await #expect {
            try await client(server.url, http).download("o", in: "b", to: "\(folder.path)/f")
        } throws: { error in
            if case GoogleCloudError.notFound("object gs://b/o", _) = error { true } else { false }
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func listsAllPages() async throws {
        let server = try StubHTTPServer { request, number in
            let item = #"{"bucket":"b","name":"o\#(number)","size":\#(number),"generation":"1"}"#
            return number == 0
                ? .json(#"{"items":[\#(item)],"nextPageToken":"t/1"}"#)
                : number == 1 ? .json(#"{"nextPageToken":"t2"}"#) : .json(#"{"items":[\#(item)]}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let objects = try await client(server.url, http).list(bucket: "b", prefix: "d/", pageSize: 2)
        #expect(objects.map(\.name) == ["o0", "o2"])
        #expect(
            server.requests.map(\.target) == [
                "/storage/v1/b/b/o?projection=noAcl&maxResults=2&prefix=d%2F",
                "/storage/v1/b/b/o?projection=noAcl&maxResults=2&prefix=d%2F&pageToken=t%2F1",
                "/storage/v1/b/b/o?projection=noAcl&maxResults=2&prefix=d%2F&pageToken=t2",
            ])
    }

    @Test(arguments: [(204, true), (200, true), (404, false)])
    func deletingTwiceIsFine(status: Int, was: Bool) async throws {
        let server = try StubHTTPServer { _, _ in .answer(status) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        #expect(try await client(server.url, http).delete("d/o", in: "b", ifGenerationMatch: 3) == was)
        #expect(server.requests[0].method == "DELETE")
        #expect(server.requests[0].target == "/storage/v1/b/b/o/d%2Fo?ifGenerationMatch=3")
    }

    @Test func ensuringABucketAcceptsOneThatIsThere() async throws {
        let server = try StubHTTPServer { request, _ in
            request.method == "POST" ? .answer(409) : .json(#"{"name":"lake","location":"EU"}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let bucket = try await client(server.url, http).ensureBucket("lake", project: "p", location: "EU")
        #expect(bucket.location == "EU")
        #expect(server.requests[0].target == "/storage/v1/b?project=p")
        #expect(server.requests[0].text == #"{"location":"EU","name":"lake"}"#)
        #expect(server.requests[1].target == "/storage/v1/b/lake?projection=noAcl")
    }

    @Test func explainsABucketNameThatSomeoneElseHas() async throws {
        let server = try StubHTTPServer { request, _ in .answer(request.method == "POST" ? 409 : 403) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        await #expect { try await client(server.url, http).ensureBucket("lake", project: "p") } throws: { error in
            guard case GoogleCloudError.permissionDenied("bucket lake", "storage.buckets.get", _, _) = error else {
                return false
            }
            return "\(error)".contains("bucket names are shared by all of Google Cloud")
        }
    }

    @Test(arguments: ["Lake", "ab", "-lake", "lake-", "a..b", "lake/x", String(repeating: "a", count: 64), "läke"])
    func refusesABadBucketNameBeforeSending(name: String) async throws {
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = client("http://127.0.0.1:1", http)
        await #expect { try await client.createBucket(name, project: "p") } throws: { error in
            if case GoogleCloudError.invalidName("bucket", name, _) = error { true } else { false }
        }
    }

    @Test func cancellingTheTaskIsNoErrorOfGoogles() async throws {
        let asked = AsyncStream.makeStream(of: Void.self)
        let server = try StubHTTPServer { _, _ in
            asked.continuation.yield()
            return .answer(503)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = CloudStorageClient(endpoint: server.url, credentials: .anonymous, http: http)
        let task = Task { try await client.stat("o", in: "b") }
        for await _ in asked.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
