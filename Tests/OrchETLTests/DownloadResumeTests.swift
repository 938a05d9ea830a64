import Foundation
import Synchronization
import TestSupport
import Testing

@testable import OrchETL

/// What one download leaves, and the next one to the same path makes of it.
struct DownloadResumeTests {
    private static let file = DownloadFaultTests.file
    private static let etag = "\"one\""

    /// Options of a test: no waits, and one request only where `patient` is false.
    private static func options(patient: Bool = true) -> DownloadOptions {
        var options = DownloadOptions()
        options.backoff = .milliseconds(1)
        if !patient { options.maximumResumes = 0 }
        return options
    }

    /// Downloads from a server that cuts, which fails and leaves a part; returns its length.
    private func leavePart(in folder: TemporaryFolder, port: UInt16, path: String = "data.csv.gz") async throws -> Int64
    {
        let source = try WebSource(url: "http://127.0.0.1:\(port)/\(path)")
        do {
            _ = try await source.download(to: folder.file("x"), options: Self.options(patient: false))
            Issue.record("the download was not cut")
            return 0
        } catch ETLError.interrupted(_, let received, _, isKept: true, _) {
            return received
        }
    }

    private func read(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: path))) }

    @Test func theNextDownloadGoesOn() async throws {
        let server = try FaultServer(.cutOnce, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let received = try await leavePart(in: folder, port: server.port)
        #expect(received == Int64(Self.file.count * 3 / 5))
        #expect(try folder.names == ["x.part", "x.part.json"])
        let told = Mutex<[WebSource.Progress]>([])
        let download = try await WebSource(url: "\(server.url)/data.csv.gz").download(to: folder.file("x")) {
            progress in
            told.withLock { $0.append(progress) }
        }
        #expect(server.requests.last?.headers["range"] == "bytes=\(received)-")
        #expect(try read(download.path) == Self.file)
        #expect(try folder.names == ["x"])
        #expect(told.withLock { $0.allSatisfy { $0.bytes > received && $0.total == Int64(Self.file.count) } })
        #expect(told.withLock { $0.last?.bytes } == Int64(Self.file.count))
    }

    @Test func goesOnAfterTheProcessWasKilled() async throws {
        let server = try FaultServer { request in
            if request.number == 0 {
                let head = "HTTP/1.1 200 OK\r\nETag: \(Self.etag)\r\nContent-Length: \(Self.file.count)\r\n\r\n"
                return [.send(Array(head.utf8) + Self.file.prefix(200_000)), .hold]
            }
            return FaultScript(.ok, content: Self.file).acts(for: request)
        }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let path = folder.file("x")
        await #expect(processExitsWith: .signal(SIGKILL)) { [url = server.url as String, path = path as String] in
            let source = try WebSource(url: "\(url)/data.csv.gz")
            _ = try await source.download(to: path) { _ in
                // At the first bytes the disk has them.
                kill(getpid(), SIGKILL)
            }
        }
        #expect(try folder.names == ["x.part", "x.part.json"])
        let here = try read(folder.file("x.part")).count
        #expect(here > 0)
        let download = try await WebSource(url: "\(server.url)/data.csv.gz").download(to: path)
        #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=\(here)-"])
        #expect(try read(download.path) == Self.file)
        #expect(try folder.names == ["x"])
    }

    @Test func asksForTheLastByteWhereOnlyTheNameIsMissing() async throws {
        let server = try FaultServer(.cutOnce, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        _ = try await leavePart(in: folder, port: server.port)
        try Data(Self.file).write(to: URL(fileURLWithPath: folder.file("x.part")))
        let download = try await WebSource(url: "\(server.url)/data.csv.gz").download(to: folder.file("x"))
        #expect(server.requests.last?.headers["range"] == "bytes=\(Self.file.count - 1)-")
        #expect(try read(download.path) == Self.file)
    }

    @Test func startsOverWhereTheFileHasChanged() async throws {
        let folder = try TemporaryFolder()
        let changed = Mutex(false)
        let server = try FaultServer { request in
            let isChanged = changed.withLock(\.self)
            let tag = isChanged ? "\"two\"" : Self.etag
            let body = isChanged ? Array("id\n1\n".utf8) : Self.file
            let head = "HTTP/1.1 200 OK\r\nETag: \(tag)\r\nContent-Length: \(body.count)\r\n\r\n"
            return [.send(Array(head.utf8) + body.prefix(200_000))]
        }
        defer { server.stop() }
        _ = try await leavePart(in: folder, port: server.port, path: "data.csv")
        changed.withLock { $0 = true }
        let download = try await WebSource(url: "\(server.url)/data.csv").download(to: folder.file("x"))
        #expect(server.requests.last?.headers["if-range"] == Self.etag)
        #expect(try read(download.path) == Array("id\n1\n".utf8))
        #expect(try folder.names == ["x"])
    }

    @Test(arguments: ["other address", "no sidecar", "broken sidecar", "too long", "damaged"])
    func doesNotBuildOn(_ what: String) async throws {
        let server = try FaultServer(.cutOnce, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        _ = try await leavePart(in: folder, port: server.port)
        var path = "data.csv.gz"
        let part = URL(fileURLWithPath: folder.file("x.part"))
        switch what {
        case "other address": path += "?version=2"
        case "no sidecar": try FileManager.default.removeItem(atPath: folder.file("x.part.json"))
        case "broken sidecar": try Data("{\"source\":".utf8).write(to: URL(fileURLWithPath: folder.file("x.part.json")))
        case "too long": try Data(Self.file + Self.file).write(to: part)
        default:
            var bytes = try Data(contentsOf: part)
            bytes[bytes.count / 2] ^= 0xFF
            bytes[bytes.count / 2 + 1] ^= 0xFF
            try bytes.write(to: part)
        }
        let download = try await WebSource(url: "\(server.url)/\(path)").download(to: folder.file("x"))
        #expect(try read(download.path) == Self.file)
        // A damaged part may look sound until its end; then the whole file is asked for after all.
        #expect(server.requests.last?.headers["range"] == nil)
        #expect(try folder.names == ["x"])
    }

    @Test func cancellingLeavesNothingEvenWhereItCouldGoOn() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try FaultServer(.stallsOnce, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let source = try WebSource(url: "\(server.url)/data.csv.gz")
        let path = folder.file("x")
        let download = Task { try await source.download(to: path) { _ in signal.yield() } }
        for await _ in started { break }
        download.cancel()
        await #expect(throws: CancellationError.self) { _ = try await download.value }
        #expect(try folder.names.isEmpty)
    }

    @Test func twoDownloadsToOnePathStayApart() async throws {
        let server = try FaultServer(.slowTrickle, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let (url, path) = ("\(server.url)/data.csv.gz", folder.file("x"))
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<4 { group.addTask { try await WebSource(url: url).download(to: path).bytes } }
            for try await bytes in group { #expect(bytes == Int64(Self.file.count)) }
        }
        #expect(try read(path) == Self.file)
        #expect(try folder.names == ["x"])
    }

    @Test func theSidecarHoldsNoSecret() async throws {
        let server = try FaultServer(.cutOnce, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let url = "http://me:s3cret@127.0.0.1:\(server.port)/data.csv.gz?key=s3cret"
        _ = try? await WebSource(url: url).download(to: folder.file("x"), options: Self.options(patient: false))
        let text = try String(contentsOfFile: folder.file("x.part.json"), encoding: .utf8)
        #expect(text.contains("data.csv.gz"))
        #expect(!text.contains("s3cret"))
    }
}
