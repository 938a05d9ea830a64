import Crypto
import CurlTransport
import Foundation
import Synchronization
import TableFormats
import TestSupport
import Testing

@testable import OrchETL

struct WebSourceTests {
    private static let csv = Array("id,name\r\n1,a\r\n".utf8)

    /// Options without waits.
    private static let hurried: DownloadOptions = {
        var options = DownloadOptions()
        options.backoff = .milliseconds(1)
        return options
    }()

    private func gzip(_ bytes: [UInt8] = csv) throws -> [UInt8] { try GzipDeflater().compressWhole(bytes) }

    /// Downloads from a server that answers every request so; the scratch file holds `old` before.
    private func download(
        _ path: String, _ reply: StubWebServer.Reply
    ) async throws -> (result: Result<WebSource.Download, any Error>, names: [String], content: [UInt8]) {
        let server = try StubWebServer { _ in reply }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let scratch = try folder.write("old", as: "scratch")
        let source = try WebSource(url: server.url + path)
        let result: Result<WebSource.Download, any Error>
        do {
            result = .success(try await source.download(to: scratch, options: Self.hurried))
        } catch {
            result = .failure(error)
        }
        return (result, try folder.names, Array(try Data(contentsOf: URL(fileURLWithPath: scratch))))
    }

    @Test func downloadsAndHashes() async throws {
        let bytes = try gzip()
        let (result, names, content) = try await download("/green.csv.gz?key=secret", StubWebServer.Reply(body: bytes))
        let download = try result.get()
        #expect(download.bytes == Int64(bytes.count))
        #expect(download.sha256 == SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined())
        #expect(download.source.hasSuffix("/green.csv.gz"))
        #expect(names == ["scratch"])
        #expect(content == bytes)
    }

    @Test func followsRedirects() async throws {
        let bytes = try gzip()
        let server = try StubWebServer { request in
            request.target == "/a.csv.gz"
                ? StubWebServer.Reply(status: 302, headers: ["Location": "/b"]) : StubWebServer.Reply(body: bytes)
        }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        _ = try await WebSource(url: "\(server.url)/a.csv.gz").download(to: folder.file("x/y/z.csv.gz"))
        #expect(server.requests.map(\.method) == ["GET", "GET"])
        #expect(FileManager.default.contents(atPath: folder.file("x/y/z.csv.gz")).map(Array.init) == bytes)
    }

    @Test(arguments: [
        (404, "sourceNotFound"), (410, "sourceGone"), (403, "sourceForbidden"), (401, "sourceForbidden"),
        (500, "sourceStatus"), (408, "sourceStatus"), (429, "sourceBusy"), (503, "sourceBusy"), (206, "sourceStatus"),
        (416, "sourceStatus"), (300, "sourceStatus"),
    ])
    func tellsStatusesApart(status: Int, name: String) async throws {
        let (result, names, content) = try await download("/x.csv", StubWebServer.Reply(status: status))
        #expect { try result.get() } throws: { error in
            guard let error = error as? ETLError else { return false }
            return Mirror(reflecting: error).children.first?.label == name
                && error.isTransient == [500, 408, 429, 503].contains(status)
        }
        #expect(names == ["scratch"])
        #expect(content == Array("old".utf8))
    }

    @Test(
        arguments: ["/x.csv", "/x.csv.gz"], ["<!DOCTYPE html><html>Sign in</html>", "<?xml version=\"1.0\"?><Error/>"])
    func refusesAPageInPlaceOfTheFile(path: String, page: String) async throws {
        let (result, names, content) = try await download(path, StubWebServer.Reply(body: Array(page.utf8)))
        #expect(throws: ETLError.self) { try result.get() }
        #expect(names == ["scratch"])
        #expect(content == Array("old".utf8))
    }

    @Test func tellsWhatThePageIs() async throws {
        let page = Array("<html>\nSign in</html>".utf8)
        let (result, _, _) = try await download("/x.csv", StubWebServer.Reply(body: page))
        #expect { try result.get() } throws: { error in
            guard case ETLError.sourceIsNoData(_, let found, start: "<html>") = error else { return false }
            return found.hasPrefix("an HTML page")
        }
    }

    @Test func refusesAShortTransfer() async throws {
        let (result, names, content) = try await download(
            "/x.csv.gz", StubWebServer.Reply(body: try gzip([UInt8](repeating: 7, count: 5000)), sent: 20)
        )
        #expect { try result.get() } throws: { ($0 as? ETLError)?.isTransient == true }
        #expect(names == ["scratch"])
        #expect(content == Array("old".utf8))
    }

    @Test func refusesDamagedGzip() async throws {
        var damaged = try gzip()
        damaged[damaged.count - 8] ^= 1
        for bytes in [damaged, Array(try gzip().dropLast(3)), try gzip() + Array("trailing".utf8)] {
            let (result, names, content) = try await download("/x.csv.gz", StubWebServer.Reply(body: bytes))
            #expect { try result.get() } throws: { error in
                guard case ETLError.unreadable(_, let cause) = error else { return false }
                return cause is GzipError
            }
            #expect(names == ["scratch"])
            #expect(content == Array("old".utf8))
        }
    }

    @Test func saysWhenNobodyListens() async throws {
        let server = try StubWebServer { _ in StubWebServer.Reply() }
        server.stop()
        // The port stays ours until the listener is closed, which the accepting thread does.
        let folder = try TemporaryFolder()
        let source = try WebSource(url: "\(server.url)/x.csv")
        await #expect { _ = try await source.download(to: folder.file("x"), options: Self.hurried) } throws: {
            guard case ETLError.transfer = $0 else { return false }
            return ($0 as? ETLError)?.isTransient == true
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func copiesLocalFiles() async throws {
        let folder = try TemporaryFolder()
        let name = try folder.write(String(repeating: "1,a\n", count: 600_000), as: "a b.csv")
        let told = Mutex<[WebSource.Progress]>([])
        let source = try WebSource(url: "file://" + name.replacingOccurrences(of: " ", with: "%20"))
        let download = try await source.download(to: folder.file("copy")) { progress in
            told.withLock { $0.append(progress) }
        }
        #expect(download.bytes == 2_400_000)
        #expect(FileManager.default.contentsEqual(atPath: name, andPath: folder.file("copy")))
        #expect(told.withLock { $0.allSatisfy { $0.total == 2_400_000 } })
        #expect(told.withLock { $0.last?.bytes } == 2_400_000)
        #expect(told.withLock { $0.count } >= 2)
    }

    @Test func refusesAnEmptyLocalFile() async throws {
        let folder = try TemporaryFolder()
        let name = try folder.write("", as: "a.csv")
        await #expect { _ = try await WebSource(url: "file://\(name)").download(to: folder.file("x")) } throws: {
            guard case ETLError.sourceIsEmpty = $0 else { return false }
            return true
        }
        #expect(try folder.names == ["a.csv"])
    }

    @Test(arguments: [
        ("PAR1....PAR1", true), ("PAR1....RAP1", false), ("PAR1", false), ("PAR1PAR1", false),
        ("a,b\n1,2\nPAR1", false),
        ("PAR1\(String(repeating: "x", count: 2_000_000))PAR1", true),
        ("PAR1\(String(repeating: "x", count: 2_000_000))PAR", false),
    ])
    func looksAtBothEndsOfParquet(content: String, isWhole: Bool) async throws {
        let (result, names, kept) = try await download("/x.parquet", StubWebServer.Reply(body: Array(content.utf8)))
        #expect(names == ["scratch"])
        guard isWhole else {
            #expect(kept == Array("old".utf8))
            #expect { try result.get() } throws: { error in
                guard case ETLError.sourceIncomplete(_, let expected, _) = error else { return false }
                return expected.contains("PAR1")
            }
            return
        }
        #expect(try result.get().bytes == Int64(content.utf8.count))
        #expect(kept == Array(content.utf8))
    }

    @Test func takesOffWhatTheServerPacked() async throws {
        let headers = ["Content-Encoding": "gzip"]
        let (result, _, content) = try await download("/x.csv", StubWebServer.Reply(headers: headers, body: try gzip()))
        #expect(try result.get().bytes == Int64(Self.csv.count))
        #expect(content == Self.csv)
        #expect(try result.get().sha256 == SHA256.hash(data: Self.csv).map { String(format: "%02x", $0) }.joined())
    }

    @Test func keepsAGzipFileThatIsSaidToBePacked() async throws {
        let bytes = try gzip()
        let reply = StubWebServer.Reply(headers: ["Content-Encoding": "x-gzip"], body: bytes)
        let (result, _, content) = try await download("/x.csv.gz", reply)
        #expect(try result.get().bytes == Int64(bytes.count))
        #expect(content == bytes)
    }

    @Test func refusesAGzipFileThatWasPackedOnceMore() async throws {
        let reply = StubWebServer.Reply(headers: ["Content-Encoding": "gzip"], body: try gzip(try gzip()))
        let (result, names, _) = try await download("/x.csv.gz", reply)
        #expect(names == ["scratch"])
        #expect { try result.get() } throws: { error in
            guard case ETLError.sourceEncoding = error else { return false }
            return true
        }
    }

    @Test func showsOfAPageOnlyWhatATerminalCanTake() async throws {
        let page = Array("<html>\u{1B}[31m\u{7}red</html>".utf8)
        let (result, _, _) = try await download("/x.csv", StubWebServer.Reply(body: page))
        #expect { try result.get() } throws: { error in
            guard case ETLError.sourceIsNoData(_, _, let start) = error else { return false }
            return start == "<html>[31mred</html>"
        }
    }

    @Test func givesCredentialsToTheirHostAlone() async throws {
        let stranger = try FaultServer(.ok, content: DownloadFaultTests.file)
        defer { stranger.stop() }
        let server = try FaultServer { request in
            let location = request.target == "/a.csv.gz" ? "/b.csv.gz" : "\(stranger.url)/c.csv.gz"
            return [.send(Array("HTTP/1.1 302 Moved\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n".utf8))]
        }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let source = try WebSource(url: "http://me:s3cret@127.0.0.1:\(server.port)/a.csv.gz")
        _ = try await source.download(to: folder.file("x.csv.gz"))
        #expect(server.requests.map { $0.headers["authorization"] } == Array(repeating: "Basic bWU6czNjcmV0", count: 2))
        #expect(stranger.requests.map { $0.headers["authorization"] } == [nil])
        #expect(stranger.requests.map { $0.headers["range"] } == [nil])
    }

    @Test func saysWhenALocalFileIsMissing() async throws {
        let folder = try TemporaryFolder()
        await #expect { _ = try await WebSource(url: "file:///nowhere/x.csv").download(to: folder.file("x")) } throws: {
            guard case ETLError.sourceNotFound("file:///nowhere/x.csv") = $0 else { return false }
            return true
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func cancellingLeavesNothing() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try StubWebServer { _ in
            // Announces more than it sends.
            signal.yield()
            return StubWebServer.Reply(
                headers: ["Content-Length": "100000000"], body: [UInt8](repeating: 48, count: 3_000_000))
        }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let source = try WebSource(url: "\(server.url)/x.csv")
        let scratch = folder.file("x")
        let download = Task { try await source.download(to: scratch) }
        for await _ in started { break }
        download.cancel()
        await #expect(throws: (any Error).self) { _ = try await download.value }
        #expect(try folder.names.isEmpty)
    }

    @Test(arguments: [
        ("https://me:hunter2@host/a/b.csv?sig=hunter2#hunter2", "https://host/a/b.csv"),
        ("http://host:81/x?a@b", "http://host:81/x"), ("file:///a%20b", "file:///a%20b"),
        ("https://a@b:hunter2@host/x@y", "https://host/x@y"), ("https://me:hunter2@host?hunter2", "https://host"),
    ])
    func showsNoCredentials(url: String, shown: String) throws {
        #expect(try SourceAddress(url).shown == shown)
    }

    @Test(arguments: [
        ("https://me:x@Host/a", "host:443"), ("http://host/a:1", "host:80"), ("http://host:81?x", "host:81"),
        ("https://[::1]/x", "[::1]:443"), ("https://[::1]:82/x", "[::1]:82"), ("file:///a", ""),
    ])
    func knowsWhomItAsks(url: String, endpoint: String) throws {
        #expect(try SourceAddress(url).endpoint == endpoint)
    }

    @Test func namesFilesByAddressAndQueryAlone() throws {
        let key = try SourceAddress("https://host/a.csv?v=1").key
        #expect(try SourceAddress("https://me:hunter2@host/a.csv?v=1#part").key == key)
        #expect(try SourceAddress("https://host/a.csv?v=2").key != key)
        #expect(try SourceAddress("https://host/b.csv?v=1").key != key)
    }

    @Test(arguments: ["", "ftp://host/x", "/tmp/x", "file://host/x", "file://relative", "file:///a%zz", "file:///a%00"])
    func refusesOtherAddresses(url: String) {
        #expect { try WebSource(url: url) } throws: { error in
            guard case ETLError.invalidAddress = error else { return false }
            return true
        }
    }
}
