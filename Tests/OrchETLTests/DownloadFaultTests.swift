import CurlTransport
import Foundation
import TableFormats
import TestSupport
import Testing

@testable import OrchETL

/// Every behaviour of the fault server has its documented result.
struct DownloadFaultTests {
    /// What becomes of a download.
    enum Outcome: Equatable {
        /// The file, byte for byte, after so many requests.
        case identical(requests: Int)
        /// An error, after so many requests; the target is as it was, and nothing lies beside it.
        case failure(Failure, requests: Int)
        /// An error; the target is as it was, and what has come waits beside it for the next try.
        case kept(requests: Int)
    }

    enum Failure: Equatable {
        case noData, empty, encoding, forbidden(Int), notFound, gone, status(Int), busy(Int, Duration?)
        case interrupted, unreadable(GzipFault), transfer(TransferFault), other(String)
    }

    enum GzipFault: Equatable { case truncated, damaged, garbage, other }

    enum TransferFault: Equatable {
        case broken, refused, idle, connect, malformed, redirects, redirectRefused, tooLarge, other(String)
    }

    /// Rows that do not pack well: 60 % of the file have to be more than the 64 KiB of the smallest cut.
    static let file: [UInt8] = {
        var (text, state) = ("id,amount\n", UInt64(1))
        for row in 0..<30_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            text += "\(row),\(state >> 11)\n"
        }
        // An empty file shows that this failed: no download of it ends well.
        return (try? GzipDeflater(level: 1).compressWhole(Array(text.utf8))) ?? []
    }()

    private static func expected(_ behaviour: FaultServer.Behaviour) -> Outcome {
        switch behaviour {
        case .ok, .okChunked, .okUntilClose, .okAfterEarlyHints, .slowTrickle, .sendsMoreThanAnnounced:
            .identical(requests: 1)
        case .redirectsToSameHost, .redirectsToOtherHost, .tooManyRequestsOnce, .serverErrorOnce:
            .identical(requests: 2)
        case .cutOnce, .cutOnceWithDate, .cutOnceWithWeakETag, .cutOnceWithoutValidator, .cutInsideChunk, .resetOnce,
            .stallsOnce, .ignoresRange, .changesOnce:
            .identical(requests: 2)
        case .cutEvery64KiB: .identical(requests: (file.count + 65_535) / 65_536)
        case .rangeNotSatisfiable, .wrongContentRange, .wrongTotal, .changesInSecret: .identical(requests: 3)
        case .changesAlways, .announcesTooMuch: .kept(requests: 4)
        case .cutAlways: .failure(.interrupted, requests: 4)
        case .redirectsForEver: .failure(.transfer(.redirects), requests: 11)
        case .redirectsToFileScheme: .failure(.transfer(.redirectRefused), requests: 1)
        case .htmlPage, .accessDeniedXML, .jsonError, .gitLFSPointer: .failure(.noData, requests: 1)
        case .emptyBody: .failure(.empty, requests: 1)
        case .notModifiedUnasked: .failure(.status(304), requests: 1)
        case .partUnasked: .failure(.status(206), requests: 1)
        case .brotliEncoding: .failure(.encoding, requests: 1)
        case .unauthorized: .failure(.forbidden(401), requests: 1)
        case .forbidden: .failure(.forbidden(403), requests: 1)
        case .notFound: .failure(.notFound, requests: 1)
        case .gone: .failure(.gone, requests: 1)
        case .tooManyRequests: .failure(.busy(429, .seconds(120)), requests: 1)
        case .unavailable: .failure(.busy(503, nil), requests: 3)
        case .resetsConnections: .failure(.transfer(.broken), requests: 3)
        case .refusesConnections: .failure(.transfer(.refused), requests: 0)
        case .stallsAfterHead, .neverAnswers: .failure(.transfer(.idle), requests: 1)
        case .neverAccepts: .failure(.transfer(.connect), requests: 0)
        case .announcesTooLittle, .gzipTruncated: .failure(.unreadable(.truncated), requests: 1)
        case .twoLengths, .absurdLength, .notHTTP: .failure(.transfer(.malformed), requests: 1)
        case .hugeHeader: .failure(.transfer(.tooLarge), requests: 1)
        case .gzipBitFlipped: .failure(.unreadable(.damaged), requests: 1)
        case .gzipTrailingGarbage: .failure(.unreadable(.garbage), requests: 1)
        }
    }

    @Test(arguments: FaultServer.Behaviour.allCases)
    func hasItsDocumentedResult(_ behaviour: FaultServer.Behaviour) async throws {
        let server = try FaultServer(behaviour, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let target = try folder.write("old", as: "data.csv.gz")
        let source = try WebSource(url: "http://me:s3cret@127.0.0.1:\(server.port)/data.csv.gz?key=s3cret")
        var result: Outcome
        var text = ""
        do {
            let download = try await source.download(to: target, options: Self.options(behaviour))
            #expect(download.bytes == Int64(Self.file.count))
            result = .identical(requests: server.requests.count)
        } catch let error as ETLError {
            text = "\(error)"
            result = .failure(Self.failure(error), requests: server.requests.count)
            if case .interrupted(_, _, _, isKept: true, _) = error { result = .kept(requests: server.requests.count) }
        }
        #expect(result == Self.expected(behaviour), "\(text)")
        #expect(!text.contains("s3cret"))
        #expect(server.requests.allSatisfy { $0.method == "GET" })
        let content = try Array(Data(contentsOf: URL(fileURLWithPath: target)))
        switch Self.expected(behaviour) {
        case .identical:
            #expect(content == Self.file)
            #expect(try folder.names == ["data.csv.gz"])
        case .failure:
            #expect(content == Array("old".utf8))
            #expect(try folder.names == ["data.csv.gz"])
        case .kept:
            #expect(content == Array("old".utf8))
            #expect(try folder.names == ["data.csv.gz", "data.csv.gz.part", "data.csv.gz.part.json"])
        }
    }

    @Test(arguments: [
        (FaultServer.Behaviour.cutOnce, "\"one\""), (.cutOnceWithDate, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (.cutInsideChunk, "\"one\""), (.stallsOnce, "\"one\""),
    ])
    func asksForTheRestOnly(behaviour: FaultServer.Behaviour, validator: String) async throws {
        let server = try FaultServer(behaviour, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        let download = try await WebSource(url: "\(server.url)/data.csv.gz").download(
            to: folder.file("x.csv.gz"), options: Self.options(behaviour))
        #expect(download.resumes == 1)
        let second = try #require(server.requests.last)
        #expect(second.headers["range"] == "bytes=\(Self.file.count * 3 / 5)-")
        #expect(second.headers["if-range"] == validator)
    }

    @Test(arguments: [FaultServer.Behaviour.cutOnceWithWeakETag, .cutOnceWithoutValidator])
    func neverJoinsWhatMayBeTwoStates(behaviour: FaultServer.Behaviour) async throws {
        let server = try FaultServer(behaviour, content: Self.file)
        defer { server.stop() }
        let folder = try TemporaryFolder()
        _ = try await WebSource(url: "\(server.url)/data.csv.gz").download(
            to: folder.file("x.csv.gz"), options: Self.options(behaviour))
        #expect(server.requests.allSatisfy { $0.headers["range"] == nil && $0.headers["if-range"] == nil })
    }

    @Test func everyBehaviourIsDocumented() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/sources.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for behaviour in FaultServer.Behaviour.allCases {
            #expect(text.contains("| `\(behaviour.rawValue)` |"), "docs/sources.md does not tell of \(behaviour)")
        }
    }

    /// Timeouts that are to be reached are short, those that are not are long enough for a busy machine.
    private static func options(_ behaviour: FaultServer.Behaviour) -> DownloadOptions {
        var options = DownloadOptions()
        options.backoff = .milliseconds(1)
        switch behaviour {
        // The second answer must come within it.
        case .stallsOnce: options.idleTimeout = .seconds(5)
        // The connection and the request must.
        case .stallsAfterHead, .neverAnswers: options.idleTimeout = .seconds(3)
        case .neverAccepts: options.connectTimeout = .milliseconds(100)
        default: break
        }
        return options
    }

    private static func failure(_ error: ETLError) -> Failure {
        switch error {
        case .sourceIsNoData: .noData
        case .sourceIsEmpty: .empty
        case .sourceEncoding: .encoding
        case .sourceForbidden(_, let status): .forbidden(status)
        case .sourceNotFound: .notFound
        case .sourceGone: .gone
        case .sourceStatus(_, let status): .status(status)
        case .sourceBusy(_, let status, let wait): .busy(status, wait)
        case .interrupted: .interrupted
        case .unreadable(_, let cause as GzipError): .unreadable(fault(cause))
        case .transfer(_, let cause as HTTPClientError): .transfer(fault(cause))
        default: .other("\(error)")
        }
    }

    private static func fault(_ error: GzipError) -> GzipFault {
        switch error {
        case .truncated: .truncated
        case .checksumMismatch, .lengthMismatch, .corrupt: .damaged
        case .trailingGarbage: .garbage
        default: .other
        }
    }

    private static func fault(_ error: HTTPClientError) -> TransferFault {
        switch error {
        case .reset, .closedEarly: .broken
        case .refused: .refused
        case .idleTimeout: .idle
        case .connectTimeout: .connect
        case .malformedResponse: .malformed
        case .tooManyRedirects: .redirects
        case .redirectRefused: .redirectRefused
        case .other(code: 27, _), .other(code: 100, _): .tooLarge
        default: .other("\(error)")
        }
    }
}
