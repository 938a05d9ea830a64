import CurlTransport

/// One download from the web, over as many requests as it takes.
struct WebDownload: Sendable {
    /// How it ended.
    enum Outcome: Sendable {
        /// The file is at its path.
        case arrived(IncomingFile.Summary, DownloadValidator)
        /// The source says that it is what the cache holds.
        case notModified
    }

    private enum Arrival {
        case whole(length: Int64?)
        case notModified
        case startOver
    }

    let url: String
    let address: SourceAddress
    let client: HTTPClient
    let options: DownloadOptions
    let file: IncomingFile
    let progress: (@Sendable (WebSource.Progress) -> Void)?

    /// Asks until the file is whole, or there is no sense in asking again.
    /// - Parameter cached: the state of the file that the cache holds.
    /// - Returns: how it ended, and how often it went on after it broke off.
    /// - Throws: `ETLError`, `CancellationError`.
    func run(cached: DownloadValidator) async throws -> (Outcome, resumes: Int) {
        var perseverance = Perseverance(options)
        var meter = TransferMeter(interval: options.progressInterval)
        var validator = DownloadValidator()
        var mayDoubt = true
        while true {
            do {
                switch try await attempt(cached, &validator, &meter) {
                case .startOver: try await drop()
                case .notModified: return (.notModified, perseverance.resumes)
                case .whole(let length):
                    let summary = try await BlockingWork.run { [file] _ in try file.commit(expected: length) }
                    return (.arrived(summary, validator), perseverance.resumes)
                }
            } catch let error as ETLError {
                try Task.checkCancellation()
                if mayDoubt, Self.isAboutBytes(error), try file.dropWhatWasJoined() {
                    mayDoubt = false
                    continue
                }
                let received = file.length
                switch perseverance.next(after: error, received: received, chance: .random(in: 0...1)) {
                case .again(let wait): try await Task.sleep(for: wait)
                case .giveUp: throw final(error, received: received, of: meter.total)
                }
            }
        }
    }

    /// One request and its answer.
    private func attempt(
        _ cached: DownloadValidator, _ validator: inout DownloadValidator, _ meter: inout TransferMeter
    ) async throws -> Arrival {
        var asked = file.request
        asked.cached = cached
        return try await options.slots.withSlot(of: address.endpoint) {
            let response = try await send(asked)
            let (status, headers) = (response.status, response.headers)
            switch ServerAnswer(status: status, headers, to: asked, address: address, now: options.now()) {
            case .refusal(let error): throw error
            case .startOver: return .startOver
            case .notModified: return .notModified
            case .whole(let length, let state, let encoding):
                validator = state
                try await BlockingWork.run { [file] _ in
                    try file.restart(length: length, validator: state, encoding: encoding)
                }
                meter.begin(at: 0, of: length)
                try await receive(response.body, skipping: 0, &meter)
                return .whole(length: length)
            case .rest(let length):
                validator = asked.validator
                file.goOn(length: length)
                let held = file.length
                meter.begin(at: held, of: length)
                try await receive(response.body, skipping: Int(held - asked.offset), &meter)
                if let length, file.length < length {
                    throw ETLError.wrongLength(address.shown, expected: length, got: file.length)
                }
                return .whole(length: length)
            }
        }
    }

    private func send(_ asked: DownloadRequest) async throws -> HTTPResponse {
        var request = HTTPRequest(url: url, headers: asked.headers)
        request.timeouts = HTTPTimeouts(connect: options.connectTimeout, idle: options.idleTimeout)
        do { return try await client.send(request) } catch { throw Self.error(error, address.shown) }
    }

    /// Brings a body to the file, chunk by chunk: while one is checked and written, the next one gathers, so that
    /// chunks are small where the network is slow, and nothing is lost that has come, and large where it is fast.
    private func receive(_ body: HTTPResponseBody, skipping: Int, _ meter: inout TransferMeter) async throws {
        var toSkip = skipping
        var chunks = body.makeAsyncIterator()
        while true {
            let chunk: [UInt8]?
            do { chunk = try await chunks.next() } catch { throw Self.error(error, address.shown) }
            guard let chunk else { return }
            let fresh = toSkip == 0 ? chunk : Array(chunk.dropFirst(toSkip))
            toSkip -= chunk.count - fresh.count
            guard !fresh.isEmpty else { continue }
            try await BlockingWork.run { [file] _ in try file.write(fresh) }
            if let told = meter.add(fresh.count, now: Self.epoch.duration(to: .now)) { progress?(told) }
        }
    }

    private func drop() async throws {
        try await BlockingWork.run { [file] _ in
            try file.restart(length: nil, validator: DownloadValidator(), encoding: .identity)
        }
    }

    /// What the caller is told: how much had come, and whether it is kept.
    private func final(_ error: ETLError, received: Int64, of total: Int64?) -> ETLError {
        guard received > 0, error.isTransient else { return error }
        let cause: any Error = if case .transfer(_, let cause) = error { cause } else { error }
        return .interrupted(address.shown, received: received, total: total, isKept: file.keep(), cause: cause)
    }

    /// Whether the bytes are to blame rather than the way they came.
    private static func isAboutBytes(_ error: ETLError) -> Bool {
        switch error {
        case .sourceIsNoData, .sourceIncomplete, .unreadable, .sourceIsEmpty: true
        case .wrongLength(_, let expected, let got): got > expected
        default: false
        }
    }

    private static func error(_ error: HTTPClientError, _ shown: String) -> any Error {
        if case .cancelled = error { return CancellationError() }
        return ETLError.transfer(shown, cause: error)
    }

    /// The moment that times are counted from.
    private static let epoch = ContinuousClock.now
}
