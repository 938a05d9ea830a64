import Foundation
import Synchronization
import TestSupport
import Testing

@testable import OrchETL

struct DownloadCacheTests {
    private static let file = DownloadFaultTests.file

    private func read(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: path))) }

    private func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    private func options(_ cache: DownloadCache, now: Int64 = 1000) -> DownloadOptions {
        var options = DownloadOptions()
        options.cache = cache
        options.backoff = .milliseconds(1)
        options.now = { now }
        return options
    }

    /// A server that serves `body(target)` under an ETag of its own and answers `If-None-Match`.
    private func server(_ body: @escaping @Sendable (String) -> (bytes: [UInt8], tag: String)) throws -> FaultServer {
        try FaultServer { request in
            let (bytes, tag) = body(request.target)
            let fields = "ETag: \"\(tag)\"\r\nConnection: close\r\n"
            if request.headers["if-none-match"] == "\"\(tag)\"" {
                return [.send(Array("HTTP/1.1 304 Same\r\n\(fields)\r\n".utf8))]
            }
            return [.send(Array("HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(bytes.count)\r\n\r\n".utf8) + bytes)]
        }
    }

    @Test func asksWhetherTheFileIsTheSameAndTakesItFromTheCache() async throws {
        let server = try FaultServer(.ok, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let cache = DownloadCache(folder: folder.file("cache"))
        let source = try WebSource(url: "http://me:s3cret@127.0.0.1:\(server.port)/data.csv.gz?key=s3cret")
        let first = try await source.download(to: folder.file("a"), options: options(cache))
        let second = try await source.download(to: folder.file("b"), options: options(cache))
        #expect((first.isFromCache, second.isFromCache) == (false, true))
        #expect(first.cacheProblem == nil)
        #expect(second.sha256 == first.sha256)
        #expect(try read(second.path) == Self.file)
        #expect(server.requests.map { $0.headers["if-none-match"] } == [nil, "\"one\""])
        #expect(names(folder.file("cache/objects")) == [first.sha256])
        #expect(try folder.names == ["a", "b", "cache"])
        for entry in names(folder.file("cache/index")) {
            let text = String(decoding: try read(folder.file("cache/index/\(entry)")), as: UTF8.self)
            #expect(text.contains("data.csv.gz") && !text.contains("s3cret"))
        }
    }

    @Test func takesTheNewFileWhereItChanged() async throws {
        let version = Mutex("one")
        let server = try server { _ in version.withLock { (Array("id\n\($0)\n".utf8), $0) } }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let cache = DownloadCache(folder: folder.file("cache"))
        let source = try WebSource(url: "\(server.url)/x.csv")
        _ = try await source.download(to: folder.file("a"), options: options(cache))
        version.withLock { $0 = "two" }
        let second = try await source.download(to: folder.file("a"), options: options(cache))
        #expect(!second.isFromCache)
        #expect(try read(second.path) == Array("id\ntwo\n".utf8))
        #expect(server.requests.count == 2)
        #expect(names(folder.file("cache/objects")).count == 2)
        #expect(try await source.download(to: folder.file("b"), options: options(cache)).isFromCache)
    }

    @Test func doesNotAskWithinTheAgeThatItMayHave() async throws {
        let server = try FaultServer(.ok, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let cache = DownloadCache(folder: folder.file("cache"), maximumAge: .seconds(60))
        let source = try WebSource(url: "\(server.url)/data.csv.gz")
        for (now, requests) in [(1000, 1), (1059, 1), (1060, 2), (1100, 2), (900, 3)] as [(Int64, Int)] {
            let download = try await source.download(to: folder.file("a"), options: options(cache, now: now))
            #expect(download.isFromCache == (now != 1000))
            #expect(server.requests.count == requests, "at \(now)")
        }
    }

    @Test func alwaysAsksForAddressesWithAUser() async throws {
        let server = try FaultServer(.ok, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let cache = DownloadCache(folder: folder.file("cache"), maximumAge: .seconds(60))
        let source = try WebSource(url: "http://me:s3cret@127.0.0.1:\(server.port)/data.csv.gz")
        for _ in 0..<2 { _ = try await source.download(to: folder.file("a"), options: options(cache)) }
        #expect(server.requests.count == 2)
    }

    @Test(arguments: [DamagedObject.changed, .cut, .gone])
    func aDamagedObjectIsAMiss(_ damage: DamagedObject) async throws {
        let server = try FaultServer(.ok, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let cache = DownloadCache(folder: folder.file("cache"))
        let source = try WebSource(url: "\(server.url)/data.csv.gz")
        let first = try await source.download(to: folder.file("a"), options: options(cache))
        let object = folder.file("cache/objects/\(first.sha256)")
        var bytes = Self.file
        switch damage {
        case .changed: bytes[1000] ^= 1
        case .cut: bytes.removeLast()
        case .gone: break
        }
        try FileManager.default.removeItem(atPath: object)
        if damage != .gone { try Data(bytes).write(to: URL(fileURLWithPath: object)) }
        let second = try await source.download(to: folder.file("b"), options: options(cache))
        #expect(!second.isFromCache)
        #expect(try read(second.path) == Self.file)
        #expect(try read(object) == Self.file)
        #expect(try await source.download(to: folder.file("c"), options: options(cache)).isFromCache)
    }

    enum DamagedObject: Sendable { case changed, cut, gone }

    @Test func keepsTheSameBytesOnce() async throws {
        let server = try server { target in (Self.file, target) }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let cache = DownloadCache(folder: folder.file("cache"))
        for name in ["a", "b", "c"] {
            let source = try WebSource(url: "\(server.url)/\(name).csv.gz")
            _ = try await source.download(to: folder.file(name), options: options(cache))
        }
        #expect(names(folder.file("cache/objects")).count == 1)
        #expect(names(folder.file("cache/index")).count == 3)
    }

    @Test func removesWhatWasNotUsedForLongest() async throws {
        let server = try server { target in
            (Array("id\n\(target)\n\(String(repeating: "x", count: 1000))".utf8), target)
        }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let cache = DownloadCache(folder: folder.file("cache"), limit: 2500)
        func download(_ name: String) async throws -> WebSource.Download {
            try await WebSource(url: "\(server.url)/\(name).csv").download(
                to: folder.file("t"), options: options(cache))
        }
        let objects = folder.file("cache/objects")
        let (first, second) = (try await download("a"), try await download("b"))
        for (download, time) in [(first, 100.0), (second, 200.0)] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: time)], ofItemAtPath: "\(objects)/\(download.sha256)")
        }
        // A hit is a use.
        #expect(try await download("a").isFromCache)
        let third = try await download("c")
        #expect(Set(names(objects)) == [first.sha256, third.sha256])
        #expect(names(folder.file("cache/index")).count == 2)
        #expect(try await !download("b").isFromCache)
    }

    @Test func doesNotKeepWhatIsLargerThanTheWhole() async throws {
        let server = try FaultServer(.ok, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let cache = DownloadCache(folder: folder.file("cache"), limit: 100)
        let download = try await WebSource(url: "\(server.url)/data.csv.gz").download(
            to: folder.file("a"), options: options(cache))
        #expect(download.cacheProblem == nil)
        #expect(names(folder.file("cache/objects")).isEmpty)
    }

    @Test func aCacheThatCannotBeUsedDoesNotSpoilTheDownload() async throws {
        let server = try FaultServer(.ok, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let cache = DownloadCache(folder: try folder.write("a file", as: "cache"))
        let download = try await WebSource(url: "\(server.url)/data.csv.gz").download(
            to: folder.file("a"), options: options(cache))
        #expect(try read(download.path) == Self.file)
        #expect(download.cacheProblem?.contains(folder.path) == true)
    }

    @Test func manyMayUseAFolderAtOnce() async throws {
        let server = try server { target in
            (Array("id\n\(target)\n\(String(repeating: "x", count: 1000))".utf8), target)
        }
        defer { server.stop() }
        let folder = try TemporaryFolder()
        // Room for two of the three files, so that one is always on its way out.
        let cache = DownloadCache(folder: folder.file("cache"), limit: 2500)
        let url = server.url
        try await withThrowingTaskGroup { group in
            for task in 0..<24 {
                group.addTask {
                    let name = ["a", "b", "c"][task % 3]
                    let download = try await WebSource(url: "\(url)/\(name).csv").download(
                        to: folder.file("t\(task)"), options: self.options(cache))
                    #expect(download.cacheProblem == nil)
                    #expect(try self.read(download.path).starts(with: Array("id\n/\(name).csv\n".utf8)))
                }
            }
            try await group.waitForAll()
        }
        #expect((1...2).contains(names(folder.file("cache/objects")).count))
        #expect(names(folder.file("cache/objects")).allSatisfy { $0.count == 64 })
    }
}
