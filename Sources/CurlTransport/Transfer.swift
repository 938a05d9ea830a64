import Synchronization

/// One request on its way: the meeting point of the task that waits and the engine's thread that works.
final class Transfer: Sendable {
    typealias HeadResult = Result<HTTPResponseHead, HTTPClientError>
    typealias ChunkResult = Result<[UInt8]?, HTTPClientError>

    enum End {
        case complete
        case failed(HTTPClientError)
    }

    struct State {
        var head: HTTPResponseHead?
        var headWaiter: CheckedContinuation<HeadResult, Never>?
        var chunkWaiter: CheckedContinuation<ChunkResult, Never>?
        var pending: [UInt8] = []
        var isReceivingPaused = false
        var upload = UploadBuffer()
        var uploader: Task<Void, Never>?
        var end: End?
    }

    let request: HTTPRequest
    let address: URLAddress
    let deadline: ContinuousClock.Instant?
    let engine: CurlEngine
    let state = Mutex(State())
    private let bufferLimit: Int

    /// Bytes at once that speak for a large body.
    private static let plenty = 32 << 10

    /// - Throws: `invalidHeader`.
    init(
        request: HTTPRequest, address: URLAddress, deadline: ContinuousClock.Instant?, bufferLimit: Int,
        engine: CurlEngine
    ) throws(HTTPClientError) {
        for field in request.headers where !HeaderLine.isSendable(field) { throw .invalidHeader(name: field.name) }
        self.request = request
        self.address = address
        self.deadline = deadline
        self.bufferLimit = bufferLimit
        self.engine = engine
    }

    /// True once nothing more will be received.
    var hasEnded: Bool { state.withLock { $0.end != nil } }

    // MARK: The task's side

    func start() {
        guard !hasEnded else { return }
        startUploader()
        engine.submit(.start(self))
    }

    func awaitHead(_ waiter: CheckedContinuation<HeadResult, Never>) {
        state.withLock { $0.headWaiter = waiter }
        deliver()
    }

    func awaitChunk(_ waiter: CheckedContinuation<ChunkResult, Never>) {
        let mayResume = state.withLock { state in
            precondition(state.chunkWaiter == nil, "one reader at a time")
            state.chunkWaiter = waiter
            guard state.isReceivingPaused else { return false }
            state.isReceivingPaused = false
            return true
        }
        deliver()
        if mayResume { engine.submit(.resumeReceiving(self)) }
    }

    /// Ends the transfer for its reader at once, dropping what was received, and closes its connection.
    func abort(_ error: HTTPClientError) {
        let wasRunning = state.withLock { state in
            let wasRunning = state.end == nil
            if case .failed = state.end { return false }
            state.end = .failed(error)
            state.pending = []
            return wasRunning
        }
        settle()
        if wasRunning { engine.submit(.abort(self)) }
    }

    // MARK: The engine's side

    func receive(_ head: HTTPResponseHead) {
        state.withLock { $0.head = head }
    }

    /// Takes bytes of the body; false when so much waits that the transfer has to pause.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            guard state.pending.count < bufferLimit else {
                state.isReceivingPaused = true
                return false
            }
            // Where this much comes at once, more will: one allocation instead of a doubling one after the other.
            if state.pending.isEmpty, bytes.count >= Self.plenty {
                state.pending.reserveCapacity(bufferLimit + bytes.count)
            }
            state.pending.append(contentsOf: bytes)
            return true
        }
    }

    /// Ends the transfer; what was received stays readable. Nil means a complete response.
    func finish(_ failure: HTTPClientError?) {
        state.withLock { state in
            guard state.end == nil else { return }
            state.end = failure.map { .failed($0) } ?? .complete
        }
        settle()
    }

    /// Gives waiting tasks what has come.
    func deliver() {
        let (head, chunk) = state.withLock { state in (state.headForWaiter(), state.chunkForWaiter()) }
        if let (waiter, result) = head { waiter.resume(returning: result) }
        if let (waiter, result) = chunk { waiter.resume(returning: result) }
    }

    /// Lets everybody who waits know of the end.
    private func settle() {
        deliver()
        let (uploader, room) = state.withLock { state in
            defer { state.uploader = nil }
            return (state.uploader, state.upload.takeRoomWaiter())
        }
        uploader?.cancel()
        room?.resume()
    }
}

extension Transfer.State {
    mutating func headForWaiter() -> (CheckedContinuation<Transfer.HeadResult, Never>, Transfer.HeadResult)? {
        guard let waiter = headWaiter else { return nil }
        let result: Transfer.HeadResult
        if case .failed(let error) = end, head == nil || error.isCancellation {
            result = .failure(error)
        } else if let head {
            result = .success(head)
        } else if end != nil {
            result = .failure(.other(code: 0, message: "the transfer ended without a response"))
        } else {
            return nil
        }
        headWaiter = nil
        return (waiter, result)
    }

    mutating func chunkForWaiter() -> (CheckedContinuation<Transfer.ChunkResult, Never>, Transfer.ChunkResult)? {
        guard let waiter = chunkWaiter else { return nil }
        let result: Transfer.ChunkResult
        if !pending.isEmpty {
            result = .success(pending)
            pending = []
        } else {
            switch end {
            case .complete: result = .success(nil)
            case .failed(let error): result = .failure(error)
            case nil: return nil
            }
        }
        chunkWaiter = nil
        return (waiter, result)
    }
}

extension HTTPClientError {
    fileprivate var isCancellation: Bool {
        if case .cancelled = self { true } else { false }
    }
}
