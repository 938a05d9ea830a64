import CurlTransport
import Testing

@testable import GoogleCloud

struct CloudStorageUploadTests {
    private static func object(_ bytes: [UInt8], crc32c: String? = nil) -> StubHTTPServer.Reply {
        .json(
            #"{"bucket":"b","name":"d/o","size":"\#(bytes.count)","generation":"1","#
                + #""crc32c":"\#(crc32c ?? CRC32C(bytes).base64)"}"#
        )
    }

    private func client(_ url: String, _ http: HTTPClient, clock: ManualClock = ManualClock()) -> CloudStorageClient {
        CloudStorageClient(endpoint: url, credentials: .anonymous, http: http, retrier: Retrier(clock: clock))
    }

    @Test(arguments: [0, 1, 1000])
    func sendsASmallFileInOneRequestWithItsChecksum(length: Int) async throws {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let server = try StubHTTPServer { _, _ in Self.object(bytes) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let written = try await client(server.url, http)
            .upload(file: try folder.file("f", bytes), to: "b", as: "d/o", contentType: "text/csv")

        #expect(written.uri == "gs://b/d/o" && written.size == Int64(length))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/upload/storage/v1/b/b/o?uploadType=multipart")
        #expect(request.headers["authorization"] == nil)
        let type = try #require(request.headers["content-type"])
        let boundary = type.dropFirst("multipart/related; boundary=".count)
        let metadata = #"{"contentType":"text/csv","crc32c":"\#(CRC32C(bytes).base64)","name":"d/o"}"#
        let head =
            "--\(boundary)\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n\(metadata)\r\n"
            + "--\(boundary)\r\nContent-Type: text/csv\r\n\r\n"
        #expect(request.body == Array(head.utf8) + bytes + Array("\r\n--\(boundary)--\r\n".utf8))
    }

    /// One request, and a session.
    @Test(arguments: [3, (8 << 20) + 1])
    func saysThatTheBucketIsMissingWhereAnUploadIsAnswered404(length: Int) async throws {
        let server = try StubHTTPServer { _, _ in .answer(404) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        await #expect {
            _ = try await client(server.url, http)
                .upload(file: try folder.file("f", [UInt8](repeating: 1, count: length)), to: "nobucket", as: "x")
        } throws: { error in
            if case GoogleCloudError.notFound("bucket nobucket", _) = error { true } else { false }
        }
    }

    @Test func cutsWhatIsLargerThan8MiBIntoChunksAndAsksWhatIsThereAfterA503() async throws {
        let bytes = (0..<((17 << 20) + 5)).map { UInt8(truncatingIfNeeded: $0 >> 8) }
        let server = try StubHTTPServer { request, number in
            switch number {
            case 0: .answer(200, headers: ["Location": "\(Self.base(request))/session?upload_id=u"])
            case 1: .answer(308, headers: ["Range": "bytes=0-8388607"])
            case 2: .answer(503)
            case 3: .answer(308, headers: ["Range": "bytes=0-8388607"])
            case 4: .answer(308, headers: ["Range": "bytes=0-16777215"])
            default: Self.object(bytes)
            }
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        _ = try await client(server.url, http, clock: clock)
            .upload(file: try folder.file("f", bytes), to: "b", as: "d/o", ifGenerationMatch: 0)

        let start = server.requests[0]
        #expect(start.target == "/upload/storage/v1/b/b/o?uploadType=resumable&ifGenerationMatch=0")
        #expect(start.text == #"{"contentType":"application/octet-stream","name":"d/o"}"#)
        #expect(start.headers["x-upload-content-length"] == "\(bytes.count)")
        let chunks = server.requests.dropFirst()
        #expect(chunks.allSatisfy { $0.method == "PUT" && $0.target == "/session?upload_id=u" })
        #expect(
            chunks.compactMap { $0.headers["content-range"] } == [
                "bytes 0-8388607/17825797", "bytes 8388608-16777215/17825797", "bytes */17825797",
                "bytes 8388608-16777215/17825797", "bytes 16777216-17825796/17825797",
            ])
        #expect(Array(chunks.map(\.body)[0]) + chunks.map(\.body)[3] + chunks.map(\.body)[4] == bytes)
        #expect(chunks.map { $0.headers["x-goog-hash"] } == [nil, nil, nil, nil, "crc32c=\(CRC32C(bytes).base64)"])
        #expect(clock.pauses.count == 1)
    }

    @Test(arguments: [(length: 8 << 20, type: "multipart"), (length: (8 << 20) + 1, type: "resumable")])
    func changesToASessionAbove8MiB(length: Int, type: String) async throws {
        let bytes = [UInt8](repeating: 3, count: length)
        let server = try StubHTTPServer { request, number in
            if type == "multipart" { return Self.object(bytes) }
            switch number {
            case 0: return .answer(200, headers: ["Location": "/session"])
            case 1: return .answer(308, headers: ["Range": "bytes=0-8388607"])
            default: return Self.object(bytes)
            }
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        _ = try await client(server.url, http).upload(file: try folder.file("f", bytes), to: "b", as: "d/o")
        #expect(server.requests[0].query == ["uploadType=\(type)"])
    }

    @Test func tellsWhenTheServerHasOtherBytes() async throws {
        let server = try StubHTTPServer { _, _ in Self.object([1], crc32c: "AAAAAA==") }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let path = try folder.file("f", [1])
        await #expect { try await client(server.url, http).upload(file: path, to: "b", as: "d/o") } throws: { error in
            guard case GoogleCloudError.checksumMismatch("object gs://b/d/o", let expected, "AAAAAA==") = error else {
                return false
            }
            return expected == CRC32C([1]).base64
        }
    }

    @Test func refusesToOverwriteAnObjectThatIsAnother() async throws {
        let server = try StubHTTPServer { request, _ in
            request.method == "POST" ? .answer(412) : Self.object([9, 9])
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let path = try folder.file("f", [1])
        await #expect {
            try await client(server.url, http).upload(file: path, to: "b", as: "d/o", ifGenerationMatch: 0)
        } throws: { error in
            if case GoogleCloudError.precondition("object gs://b/d/o", _) = error { true } else { false }
        }
    }

    @Test func takesAnObjectWithTheSameBytesAsWritten() async throws {
        let server = try StubHTTPServer { request, number in
            switch number {
            case 0: .sever
            case 1: .answer(412)
            default: Self.object([1, 2])
            }
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let written = try await client(server.url, http)
            .upload(file: try folder.file("f", [1, 2]), to: "b", as: "d/o", ifGenerationMatch: 0)
        #expect(written.generation == 1)
        #expect(server.requests.map(\.method) == ["POST", "POST", "GET"])
    }

    @Test(arguments: ["", ".", "..", "a\nb", String(repeating: "x", count: 1025)])
    func refusesABadObjectNameBeforeSending(name: String) async throws {
        let server = try StubHTTPServer { _, _ in .answer(500) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = client(server.url, http)
        await #expect { try await client.upload(file: "/nowhere", to: "b", as: name) } throws: { error in
            if case GoogleCloudError.invalidName("object", name, _) = error { true } else { false }
        }
        #expect(server.requests.isEmpty)
    }

    @Test func namesTheFileThatIsNotThere() async throws {
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = client("http://127.0.0.1:1", http)
        await #expect { try await client.upload(file: "/nowhere/f", to: "b", as: "o") } throws: { error in
            if case GoogleCloudError.localFile("/nowhere/f", "open", 2) = error { true } else { false }
        }
    }

    private static func base(_ request: StubHTTPServer.Request) -> String {
        "http://\(request.headers["host"] ?? "")"
    }
}
