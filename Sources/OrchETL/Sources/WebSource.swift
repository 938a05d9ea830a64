package import CurlTransport

/// A file on the web, or of this machine, to be downloaded.
public struct WebSource: Sendable {
    /// How far a download is.
    public struct Progress: Sendable, Equatable {
        /// Bytes that have arrived, those of an earlier download that it goes on from among them.
        public var bytes: Int64
        /// Bytes that were announced, where they were.
        public var total: Int64?
        /// Bytes a second lately, smoothed over some seconds; nil at first.
        public var bytesPerSecond: Double?
        /// How long the rest takes at that rate, where both are known.
        public var timeLeft: Duration?
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
        /// Whether its bytes came out of the cache.
        public var isFromCache = false
        /// How many times the download broke off and went on.
        public var resumes = 0
        /// Why the file, which is whole, could not be put into the cache; nil where it could, or there is none.
        public var cacheProblem: String?
    }

    /// The address without user, password and query.
    public var shownURL: String { address.shown }

    private let address: SourceAddress
    private let client: HTTPClient

    /// A source at an `https://`, `http://` or `file:///` address.
    /// - Throws: `ETLError.invalidAddress`.
    public init(url: String) throws {
        // While one block is checked and written, the next ones come in.
        try self.init(url: url, client: HTTPClient(configuration: HTTPClientConfiguration(bodyBufferLimit: 4 << 20)))
    }

    /// A source that is asked by way of a client of the caller's.
    /// - Throws: `ETLError.invalidAddress`.
    package init(url: String, client: HTTPClient) throws {
        address = try SourceAddress(url)
        self.client = client
    }

    /// Downloads the file to a path, which holds the whole, verified file afterwards, or what it held before.
    ///
    /// Redirects are followed, without credentials where they lead to another host. A download that breaks off goes on
    /// where it was, if the source can tell that the file is still the same, and else starts over; see
    /// `DownloadOptions` for how often. The length is compared with the announced one, the checksum of a `.gz` file
    /// and both ends of a `.parquet` file are verified, and a page in place of the file is refused.
    ///
    /// While it runs, and after it failed in the middle or the process was killed, what has come lies beside the path
    /// as `PATH.part` and `PATH.part.json`; the next download to the same path goes on from there. A cancelled
    /// download leaves nothing.
    /// - Parameters:
    ///   - options: timeouts, patience, cache; see there for defaults.
    ///   - progress: is told at the first bytes, at the last ones, and now and then between, see
    ///     `DownloadOptions.progressInterval`.
    /// - Throws: `ETLError`, or `CancellationError`.
    public func download(
        to path: String, options: DownloadOptions = DownloadOptions(), progress: (@Sendable (Progress) -> Void)? = nil
    ) async throws -> Download {
        switch address.place {
        case .web(let url): try await fetch(url, to: path, options, progress)
        case .file(let source): try await copy(source, to: path, options, progress)
        }
    }

    private func fetch(
        _ url: String, to path: String, _ options: DownloadOptions, _ progress: (@Sendable (Progress) -> Void)?
    ) async throws -> Download {
        var entry = await cached(options)
        if let found = entry, options.cache?.isFresh(found, for: address, now: options.now()) == true {
            if let download = try await takeOut(found, to: path, options) { return download }
            entry = nil
        }
        let address = address
        let file = try await BlockingWork.run { _ in try IncomingFile(path, from: address) }
        // Not left to the last reference, which a thread may let go of after the caller was told.
        defer { file.drop() }
        let transfer = WebDownload(
            url: url, address: address, client: client, options: options, file: file, progress: progress)
        while true {
            let (outcome, resumes) = try await transfer.run(cached: entry?.validator ?? DownloadValidator())
            switch outcome {
            case .notModified:
                if let found = entry, let download = try await takeOut(found, to: path, options, isConfirmed: true) {
                    return download
                }
                // It was damaged, or is gone since: the source has to send it after all.
                entry = nil
            case .arrived(let summary, let validator):
                var download = Download(
                    path: path, source: address.shown, bytes: summary.bytes, sha256: summary.sha256, resumes: resumes)
                try await putIn(&download, validator, options)
                return download
            }
        }
    }

    private func copy(
        _ source: String, to path: String, _ options: DownloadOptions, _ progress: (@Sendable (Progress) -> Void)?
    ) async throws -> Download {
        let address = address
        return try await BlockingWork.run { isCancelled in
            let input: ReadableFile
            do {
                input = try ReadableFile(source)
            } catch ETLError.file(_, _, code: 2) {
                throw ETLError.sourceNotFound(address.shown)
            }
            let total = try input.length()
            let output = try AtomicFile(path)
            var check = try DownloadCheck(DownloadCheck.Kind(of: address), shown: address.shown)
            var meter = TransferMeter(interval: options.progressInterval)
            meter.begin(at: 0, of: total)
            let start = ContinuousClock.now
            while case let block = try input.read(), !block.isEmpty {
                try isCancelled()
                try check.take(block)
                try output.write(block)
                if let told = meter.add(block.count, now: start.duration(to: .now)) { progress?(told) }
            }
            guard check.bytes == total else {
                throw ETLError.wrongLength(address.shown, expected: total, got: check.bytes)
            }
            let sha256 = try check.finish()
            try output.commit()
            return Download(path: path, source: address.shown, bytes: total, sha256: sha256)
        }
    }
}

// MARK: The cache

extension WebSource {
    private func cached(_ options: DownloadOptions) async -> CacheEntry? {
        guard let cache = options.cache else { return nil }
        return cache.entry(for: address)
    }

    /// The file out of the cache; nil where it is not there any more.
    private func takeOut(
        _ entry: CacheEntry, to path: String, _ options: DownloadOptions, isConfirmed: Bool = false
    ) async throws -> Download? {
        guard let cache = options.cache else { return nil }
        let (address, now) = (address, options.now())
        return try await BlockingWork.run { check in
            guard try cache.copyOut(entry, to: path, check: check) else { return nil }
            var download = Download(
                path: path, source: address.shown, bytes: entry.bytes, sha256: entry.sha256, isFromCache: true)
            guard isConfirmed else { return download }
            do {
                try cache.confirm(entry, for: address, now: now)
            } catch let error as ETLError {
                download.cacheProblem = error.description
            }
            return download
        }
    }

    /// Puts a file into the cache. The file is whole whether or not that succeeds.
    private func putIn(
        _ download: inout Download, _ validator: DownloadValidator, _ options: DownloadOptions
    ) async throws {
        guard let cache = options.cache else { return }
        let (address, path) = (address, download.path)
        let entry = CacheEntry(
            source: address.shown, validator: validator, sha256: download.sha256, bytes: download.bytes,
            checkedAt: options.now())
        do {
            try await BlockingWork.run { check in try cache.store(path, entry, for: address, check: check) }
        } catch let error as ETLError {
            download.cacheProblem = error.description
        }
    }
}
