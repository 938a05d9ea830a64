package import CurlTransport

/// A file on the web, or of this machine, to be downloaded.
public struct WebSource: Sendable {
    /// How far a download is.
    public struct Progress: Sendable, Equatable {
        /// Bytes that have arrived.
        public var bytes: Int64
        /// Bytes that were announced, where they were.
        public var total: Int64?
    }

    /// A file that was downloaded whole.
    public struct Download: Sendable, Equatable {
        /// Where it lies.
        public var path: String
        /// Where it came from, without user, password and query.
        public var source: String
        /// Its length in bytes.
        public var bytes: Int64
        /// The SHA-256 of its bytes, in hexadecimal digits.
        public var sha256: String
    }

    /// The address without user, password and query.
    public var shownURL: String { address.shown }

    private let address: SourceAddress
    private let client: HTTPClient

    /// A source at an `https://`, `http://` or `file:///` address.
    /// - Throws: `ETLError.invalidAddress`.
    public init(url: String) throws {
        try self.init(url: url, client: HTTPClient())
    }

    /// A source that is asked by way of a client of the caller's.
    /// - Throws: `ETLError.invalidAddress`.
    package init(url: String, client: HTTPClient) throws {
        address = try SourceAddress(url)
        self.client = client
    }

    /// Downloads the file to a path, which holds the whole, verified file afterwards, or what it held before.
    ///
    /// Redirects are followed. The length is compared with the announced one, the checksum of a `.gz` file is
    /// verified, and a page in place of the file is refused. Nothing is repeated: that is the caller's decision, see
    /// `ETLError.isTransient`.
    /// - Parameter progress: is told after every MiB or so.
    /// - Throws: `ETLError`, or `CancellationError`.
    public func download(
        to path: String, progress: (@Sendable (Progress) -> Void)? = nil
    ) async throws -> Download {
        let (shown, isGzip) = (address.shown, address.isGzip)
        let file = try await BlockingWork.run { _ in try IncomingFile(path, isGzip: isGzip, from: shown) }
        let summary: IncomingFile.Summary
        switch address.place {
        case .web(let url): summary = try await fetch(url, into: file, progress)
        case .file(let source): summary = try await copy(source, into: file, progress)
        }
        return Download(path: path, source: shown, bytes: summary.bytes, sha256: summary.sha256)
    }

    private func fetch(
        _ url: String, into file: IncomingFile, _ progress: (@Sendable (Progress) -> Void)?
    ) async throws -> IncomingFile.Summary {
        let response: HTTPResponse
        do {
            response = try await client.send(HTTPRequest(url: url))
        } catch {
            throw transferError(error)
        }
        switch response.status {
        case 200: break
        case 404, 410: throw ETLError.sourceNotFound(address.shown)
        case 401, 403: throw ETLError.sourceForbidden(address.shown, status: response.status)
        default: throw ETLError.sourceStatus(address.shown, status: response.status)
        }
        // A content encoding changes the number of bytes; then the announced one is of no use.
        let isEncoded = response.headers["Content-Encoding"].map { $0.lowercased() != "identity" } ?? false
        let total = isEncoded ? nil : response.headers["Content-Length"].flatMap { Int64($0) }
        var meter = Meter(total: total, progress: progress)
        var body = response.body.makeAsyncIterator()
        var pending: [UInt8] = []
        while true {
            let chunk: [UInt8]?
            do { chunk = try await body.next() } catch { throw transferError(error) }
            pending += chunk ?? []
            guard chunk == nil || pending.count >= Meter.step else { continue }
            let bytes = pending
            pending.removeAll(keepingCapacity: true)
            try await BlockingWork.run { _ in try file.write(bytes) }
            meter.add(bytes.count)
            if chunk == nil { break }
        }
        return try await BlockingWork.run { _ in try file.commit(expected: total) }
    }

    private func copy(
        _ source: String, into file: IncomingFile, _ progress: (@Sendable (Progress) -> Void)?
    ) async throws -> IncomingFile.Summary {
        let shown = address.shown
        return try await BlockingWork.run { check in
            let input: ReadableFile
            do {
                input = try ReadableFile(source)
            } catch ETLError.file(_, _, code: 2) {
                throw ETLError.sourceNotFound(shown)
            }
            let total = try input.length()
            var meter = Meter(total: total, progress: progress)
            while case let bytes = try input.read(), !bytes.isEmpty {
                try check()
                try file.write(bytes)
                meter.add(bytes.count)
            }
            return try file.commit(expected: total)
        }
    }

    private func transferError(_ error: HTTPClientError) -> any Error {
        if case .cancelled = error { return CancellationError() }
        return ETLError.transfer(address.shown, cause: error)
    }

    /// Tells of progress now and then.
    private struct Meter {
        static let step = 1 << 20
        let total: Int64?
        let progress: (@Sendable (Progress) -> Void)?
        var bytes: Int64 = 0
        var untold = 0

        mutating func add(_ count: Int) {
            bytes += Int64(count)
            untold += count
            guard untold >= Self.step || bytes == total else { return }
            untold = 0
            progress?(Progress(bytes: bytes, total: total))
        }
    }
}
