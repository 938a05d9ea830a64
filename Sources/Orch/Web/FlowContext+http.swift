import Crypto
import CurlTransport
import FoundationEssentials
import Glibc

extension FlowContext {
    /// The most bytes of an answer in memory, where the request says nothing: 16 MiB.
    private static let largestAnswer = 16 << 20
    /// The same of a file: 64 GiB.
    private static let largestFile = 64 << 30
    /// The most bytes of the body of a failure.
    private static let largestFailure = 64 << 10

    /// Sends a request and gives the whole answer.
    ///
    /// The log has a line for each answer: the verb, the address without the values of its query, the status, the time it took.
    /// Cancelling the task ends the exchange at once.
    ///
    /// - Throws: ``WebFailure`` where the status is not expected, or there is no answer; `CancellationError`.
    @discardableResult
    public func http(_ request: WebRequest) async throws -> WebAnswer {
        let logger = logger
        return try await answer(to: request) { logger.log($0, $1) }
    }

    /// The same, with nothing in the log.
    func quietly(_ request: WebRequest) async throws -> WebAnswer { try await answer(to: request) { _, _ in } }

    private func answer(
        to request: WebRequest, _ log: (StreamRecord.Level, String) -> Void
    ) async throws -> WebAnswer {
        try await exchange(request, log) { response in
            let limit = (request.largestAnswer ?? Self.largestAnswer)
            return WebAnswer(
                status: response.status, url: response.url, bytes: try await response.body.collect(upTo: max(0, limit)),
                fields: response.headers)
        }
    }

    /// Sends a request and writes the answer to a file in the run's scratch directory, as it comes.
    ///
    /// The file is there once all of it is: an answer that ends early leaves none. A file of that name is replaced.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - name: the file's name, without a folder.
    /// - Throws: ``WebFailure``, `CancellationError`, ``OrchError/system(call:reason:)``.
    @discardableResult
    public func download(_ request: WebRequest, to name: String) async throws -> WebFile {
        guard !name.isEmpty, !name.contains("/"), !name.utf8.contains(0), name != ".", name != ".." else {
            throw OrchError.system(
                call: "download", reason: "\"\(name)\" is no name of a file: expected one without a folder")
        }
        let target = try scratch.appending(path: name)
        let logger = logger
        return try await exchange(request, { logger.log($0, $1) }) { response in
            let writing = "\(target.path).\(Identifier.new().short).part"
            let (bytes, digest): (Int64, String)
            do {
                (bytes, digest) = try await Self.write(
                    response.body, to: writing, limit: request.largestAnswer ?? Self.largestFile)
                guard rename(writing, target.path) == 0 else {
                    throw OrchError.system(call: "rename", reason: String(cString: strerror(errno)))
                }
            } catch {
                unlink(writing)
                throw error
            }
            let answer = WebAnswer(status: response.status, url: response.url, bytes: [], fields: response.headers)
            return WebFile(url: target, bytes: bytes, sha256: digest, answer: answer)
        }
    }

    private static func write(
        _ body: HTTPResponseBody, to path: String, limit: Int
    ) async throws -> (bytes: Int64, sha256: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw OrchError.system(call: "open(\(path))", reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var hash = SHA256()
        var bytes: Int64 = 0
        for try await chunk in body {
            bytes += Int64(chunk.count)
            guard bytes <= limit else { throw HTTPClientError.bodyTooLarge(limit: limit) }
            hash.update(data: chunk)
            guard Descriptor.write(chunk, to: descriptor) else {
                throw OrchError.system(call: "write(\(path))", reason: String(cString: strerror(errno)))
            }
        }
        return (bytes, hash.finalize().hexadecimal)
    }

    /// Sends a request until it is answered as expected; `take` reads the answer.
    private func exchange<Value: Sendable>(
        _ request: WebRequest, _ log: (StreamRecord.Level, String) -> Void, _ take: (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let transported = request.transported
        let what = "\(transported)"
        var attempt = 0
        while true {
            attempt += 1
            let started = services.now()
            var body: [UInt8] = []
            let outcome: WebRetry.Outcome
            let reason: String
            var status: Int?
            do {
                let response = try await WebClient.shared.send(transported)
                status = response.status
                if request.isExpected(response.status) {
                    let value = try await take(response)
                    log(.info, "\(what): \(response.status) in \((services.now() - started).inSeconds)")
                    return value
                }
                body = await Self.start(of: response.body)
                let hint = response.headers["Retry-After"]
                outcome = .status(response.status, retryAfter: hint)
                reason = "the answer's status is \(response.status)"
            } catch let error as HTTPClientError {
                if case .cancelled = error { throw CancellationError() }
                outcome = .broken(error)
                reason = "\(error)"
            }
            try Task.checkCancellation()
            let now = services.now()
            switch WebRetry.step(request, after: outcome, attempt: attempt, at: now, share: services.randomShare) {
            case .again(let wait):
                log(.warning, "\(what): \(reason), trying again in \(wait.inSeconds)")
                try await services.clock.sleep(for: wait)
            case .giveUp:
                throw WebFailure(what: what, reason: reason, status: status, attempts: attempt, body: body)
            case .asksTooMuch(let asked):
                let most = request.longestRetryAfter.brief
                throw WebFailure(
                    what: what,
                    reason: "\(reason), and the server asks to come back in \(asked.brief): \(most) are the most",
                    status: status, attempts: attempt, body: body)
            }
        }
    }

    /// The beginning of a body that is not the one expected.
    private static func start(of body: HTTPResponseBody) async -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                bytes += chunk.prefix(largestFailure - bytes.count)
                if bytes.count == largestFailure { break }
            }
        } catch {
            // The status says more than what is missing of its body.
        }
        return bytes
    }
}

/// The connections of all flows of the process.
enum WebClient {
    static let shared = HTTPClient()
}
