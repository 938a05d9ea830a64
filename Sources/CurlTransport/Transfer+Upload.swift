import Synchronization

extension Transfer {
    /// Starts asking the closure of a streamed body for chunks.
    ///
    /// The task outlives `send`, since a peer may answer before it has read all; it ends with the transfer, which
    /// cancels it.
    func startUploader() {
        guard case .stream(let length, let next) = request.body else { return }
        let task = Task {
            do {
                while let chunk = try await next() {
                    guard await offer(chunk, announced: length) else { return }
                }
                endUpload(announced: length)
            } catch {
                abortUnlessEnded(.requestBody(error))
            }
        }
        let hasEnded = state.withLock { state in
            guard state.end == nil else { return true }
            state.uploader = task
            return false
        }
        if hasEnded { task.cancel() }
    }

    /// Queues a chunk and returns once there is room for the next; false when nobody takes chunks any more.
    private func offer(_ chunk: [UInt8], announced: Int64?) async -> Bool {
        let produced = state.withLock { state in
            state.upload.append(chunk)
            return state.upload.produced
        }
        if let announced, produced > announced {
            abortUnlessEnded(.requestBodyLength(announced: announced, produced: produced))
            return false
        }
        wakeSender()
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                guard state.end == nil, state.upload.isFull else { return true }
                state.upload.holdUntilRoom(continuation)
                return false
            }
            if hasRoom { continuation.resume() }
        }
        return !hasEnded
    }

    private func endUpload(announced: Int64?) {
        let produced = state.withLock { state in
            state.upload.hasEnded = true
            return state.upload.produced
        }
        if let announced, produced < announced {
            abortUnlessEnded(.requestBodyLength(announced: announced, produced: produced))
        } else {
            wakeSender()
        }
    }

    private func wakeSender() {
        let wasPaused = state.withLock { state in
            defer { state.upload.isPaused = false }
            return state.upload.isPaused
        }
        if wasPaused { engine.submit(.resumeSending(self)) }
    }

    private func abortUnlessEnded(_ error: HTTPClientError) {
        if !hasEnded { abort(error) }
    }

    /// Called by the engine: fills libcurl's buffer.
    func takeUpload(into target: UnsafeMutableRawBufferPointer) -> UploadBuffer.Step {
        let (step, room) = state.withLock { state in
            let step = state.upload.take(into: target)
            return (step, state.upload.isFull ? nil : state.upload.takeRoomWaiter())
        }
        room?.resume()
        return step
    }
}
