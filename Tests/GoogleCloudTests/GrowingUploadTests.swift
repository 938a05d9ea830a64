import CurlTransport
import Foundation
import Synchronization
import Testing

@testable import GoogleCloud

/// Uploads of files that are still being written, in chunks of 8 MiB.
struct GrowingUploadTests {
    private static let chunk = 8 << 20

    private struct Broken: Error {}

    /// A file that a test writes.
    private struct Writer {
        let folder: TemporaryFolder
        let file: GrowingFile
        let handle: FileHandle
        private(set) var bytes: [UInt8] = []

        init() throws {
            folder = try TemporaryFolder()
            file = GrowingFile(try folder.file("f", []))
            handle = try #require(FileHandle(forWritingAtPath: file.path))
        }

        mutating func append(_ count: Int) throws {
            // No 8 MiB are a multiple of the pattern, so that no chunk can stand for another.
            let pattern = (0..<4093).map { UInt8(truncatingIfNeeded: ($0 &+ bytes.count) &* 31 >> 3) }
            var more: [UInt8] = []
            more.reserveCapacity(count + pattern.count)
            while more.count < count { more += pattern }
            more.removeLast(more.count - count)
            try handle.write(contentsOf: more)
            bytes += more
            file.grew(to: Int64(bytes.count))
        }

        func finish() { file.finish(checksum: CRC32C(bytes)) }
    }

    /// Runs an upload to a server that keeps what it is sent, `body` beside it.
    private func upload(
        _ writer: Writer, generation: Int64? = nil,
        _ answer: @escaping @Sendable (StubHTTPServer.Request, Int) -> StubHTTPServer.Reply?,
        beside body: (AsyncStream<Int>, inout Writer, Task<CloudStorageObject, any Error>) async throws -> Void
    ) async throws -> (
        writer: Writer, requests: [StubHTTPServer.Request], result: Result<CloudStorageObject, any Error>
    ) {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Int.self)
        let server = try StubHTTPServer { request, number in
            arrived.yield(number + 1)
            return answer(request, number) ?? Self.reply(to: request)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = CloudStorageClient(
            endpoint: server.url, credentials: .anonymous, http: http, retrier: Retrier(clock: ManualClock()))
        let file = writer.file
        let uploading = Task {
            try await client.upload(growing: file, to: "b", as: "d/o", ifGenerationMatch: generation)
        }
        var writer = writer
        try await body(arrivals, &writer, uploading)
        let result = await uploading.result
        return (writer, server.requests, result)
    }

    /// What Cloud Storage answers where nothing is wrong.
    private static func reply(to request: StubHTTPServer.Request) -> StubHTTPServer.Reply {
        if request.method == "DELETE" { return .answer(499) }
        if request.target.contains("uploadType=resumable") {
            return .answer(200, headers: ["Location": "/session?upload_id=u"])
        }
        guard let range = request.headers["content-range"], range.hasSuffix("/*"),
            let last = range.split(separator: "/").first?.split(separator: "-").last
        else {
            let size = request.headers["content-range"]?.split(separator: "/").last ?? "0"
            return .json(#"{"bucket":"b","name":"d/o","size":"\#(size)","generation":"7"}"#)
        }
        return .answer(308, headers: ["Range": "bytes=0-\(last)"])
    }

    private static func ranges(_ requests: [StubHTTPServer.Request]) -> [String] {
        requests.compactMap { $0.headers["content-range"] }
    }

    /// The checksum of what was put.
    private static func sum(_ requests: [StubHTTPServer.Request]) -> CRC32C {
        var sum = CRC32C()
        for request in requests where request.method == "PUT" { sum.update(request.body) }
        return sum
    }

    /// Waits until the server was asked so often.
    private static func wait(_ arrivals: AsyncStream<Int>, for count: Int) async {
        for await number in arrivals where number >= count { return }
    }

    @Test func sendsAChunkAsSoonAsThereIsMoreAndTheLengthWithTheLast() async throws {
        let (writer, requests, result) = try await upload(Writer(), generation: 3, { _, _ in nil }) {
            arrivals, writer, _ in
            try writer.append(Self.chunk)
            try writer.append(1)
            // Sent before the file is whole: else this waited for ever.
            await Self.wait(arrivals, for: 2)
            try writer.append(Self.chunk)
            await Self.wait(arrivals, for: 3)
            try writer.append(1000)
            writer.finish()
        }
        #expect(try result.get().generation == 7)
        #expect(requests[0].target == "/upload/storage/v1/b/b/o?uploadType=resumable&ifGenerationMatch=3")
        #expect(requests[0].headers["x-upload-content-length"] == nil)
        #expect(
            Self.ranges(requests) == [
                "bytes 0-8388607/*", "bytes 8388608-16777215/*", "bytes 16777216-16778216/16778217",
            ])
        #expect(
            requests.map { $0.headers["x-goog-hash"] } == [nil, nil, nil, "crc32c=\(CRC32C(writer.bytes).base64)"])
        #expect(Self.sum(requests) == CRC32C(writer.bytes))
    }

    @Test func theLastChunkIsNotEmptyWhereTheFileEndsWithAChunk() async throws {
        let (writer, requests, result) = try await upload(Writer(), { _, _ in nil }) { arrivals, writer, _ in
            try writer.append(Self.chunk + 1)
            await Self.wait(arrivals, for: 2)
            try writer.append(Self.chunk - 1)
            writer.finish()
        }
        #expect(try result.get().size == Int64(2 * Self.chunk))
        #expect(Self.ranges(requests) == ["bytes 0-8388607/*", "bytes 8388608-16777215/16777216"])
        #expect(Self.sum(requests) == CRC32C(writer.bytes))
    }

    @Test func aFileThatEndsWith8MiBGoesInOneRequest() async throws {
        let (_, requests, _) = try await upload(Writer(), { _, _ in nil }) { _, writer, _ in
            try writer.append(Self.chunk)
            writer.finish()
        }
        #expect(requests.map(\.query) == [["uploadType=multipart"]])
    }

    @Test func goesOnWhereTheServerStandsAfterA503() async throws {
        let (writer, requests, result) = try await upload(
            Writer(),
            { request, number in
                switch number {
                case 1: .answer(503)
                case 2: .answer(308, headers: ["Range": "bytes=0-262143"])
                default: nil
                }
            }
        ) { arrivals, writer, _ in
            try writer.append(Self.chunk + 300_000)
            await Self.wait(arrivals, for: 4)
            writer.finish()
        }
        _ = try result.get()
        #expect(
            Self.ranges(requests) == [
                "bytes 0-8388607/*", "bytes */*", "bytes 262144-8650751/*", "bytes 8650752-8688607/8688608",
            ])
        #expect(Self.sum(Array(requests[3...])) == CRC32C(writer.bytes[262144...]))
    }

    @Test func startsAnewFromTheFileWhereTheSessionIsLost() async throws {
        let (writer, requests, result) = try await upload(
            Writer(), { _, number in number == 2 ? .answer(410) : nil }
        ) { arrivals, writer, _ in
            try writer.append(2 * Self.chunk + 5)
            await Self.wait(arrivals, for: 6)
            writer.finish()
        }
        _ = try result.get()
        #expect(requests.map(\.method) == ["POST", "PUT", "PUT", "POST", "PUT", "PUT", "PUT"])
        #expect(Self.sum(Array(requests[4...])) == CRC32C(writer.bytes))
    }

    @Test func aWriterThatFailsEndsTheSession() async throws {
        let (_, requests, result) = try await upload(Writer(), { _, _ in nil }) { arrivals, writer, _ in
            try writer.append(Self.chunk + 1)
            await Self.wait(arrivals, for: 2)
            writer.file.fail(Broken())
        }
        #expect(throws: Broken.self) { try result.get() }
        #expect(requests.map(\.method) == ["POST", "PUT", "DELETE"])
        #expect(requests[2].target == "/session?upload_id=u")
        #expect(requests[2].headers["content-length"] == "0")
    }

    @Test func aWriterThatFailsEarlySendsNothing() async throws {
        let (_, requests, result) = try await upload(Writer(), { _, _ in nil }) { _, writer, _ in
            try writer.append(Self.chunk)
            writer.file.fail(Broken())
        }
        #expect(throws: Broken.self) { try result.get() }
        #expect(requests.isEmpty)
    }

    @Test func cancellationEndsTheSession() async throws {
        let (_, requests, result) = try await upload(Writer(), { _, _ in nil }) { arrivals, writer, uploading in
            try writer.append(Self.chunk + 1)
            await Self.wait(arrivals, for: 2)
            uploading.cancel()
        }
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(requests.map(\.method) == ["POST", "PUT", "DELETE"])
    }

    @Test func aPreconditionThatFailsAtTheEndIsTold() async throws {
        let (_, _, result) = try await upload(
            Writer(), generation: 0,
            { request, number in
                switch number {
                case 2: .answer(412)
                case 3...: request.method == "DELETE" ? nil : .answer(404)
                default: nil
                }
            }
        ) { arrivals, writer, _ in
            try writer.append(Self.chunk + 1)
            await Self.wait(arrivals, for: 2)
            writer.finish()
        }
        #expect {
            try result.get()
        } throws: { error in
            if case GoogleCloudError.precondition = error { true } else { false }
        }
    }
}
