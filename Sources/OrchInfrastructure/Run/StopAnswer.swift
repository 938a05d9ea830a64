import Synchronization

/// What the engine said to the order to stop a container.
package enum StopAnswer: Sendable, Hashable {
    /// Nobody asked it to, as far as is known.
    case none
    /// The container ran: it got the signal.
    case reached
    /// The container had ended before.
    case late
    /// Its answer was lost, so that the container may have got the signal or not.
    case lost
}

/// Keeps what the engine answers to orders to stop one container.
final class StopAnswers: Sendable {
    private struct State {
        var answer = StopAnswer.none
        /// Orders that are not answered yet.
        var awaited = 0
    }

    private let state = Mutex(State())
    private let gate = Gate()

    /// The container is another runner's, which may have stopped it: that it had ended before says nothing.
    func takeOver() { state.withLock { $0.answer = .lost } }

    /// Orders the stop and keeps the answer.
    func ask(_ stop: () async throws(EngineFault) -> Bool) async throws(EngineFault) {
        state.withLock { $0.awaited += 1 }
        let result: Result<Bool, EngineFault>
        do throws(EngineFault) { result = .success(try await stop()) } catch { result = .failure(error) }
        state.withLock { state in
            state.awaited -= 1
            switch (state.answer, result) {
            case (_, .success(true)): state.answer = .reached
            case (.none, .success(false)): state.answer = .late
            case (.none, .failure(let fault)) where fault.isTransient: state.answer = .lost
            default: break
            }
        }
        gate.open()
        _ = try result.get()
    }

    /// The answer that tells most; waits while one is on its way, as it is once the container has ended.
    ///
    /// - Throws: when the surrounding task is cancelled before.
    func last() async throws(CancellationError) -> StopAnswer {
        try await gate.wait { state.withLock { $0.awaited > 0 } }
        return state.withLock { $0.answer }
    }
}
