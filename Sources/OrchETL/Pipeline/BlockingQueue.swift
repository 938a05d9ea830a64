import Dispatch
import Synchronization

/// A queue between threads, in which those who put wait for room and those who take wait for elements.
final class BlockingQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        /// Where the first element is; those before it are taken.
        var first = 0
        var isCancelled = false
    }

    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)
    private let filled = DispatchSemaphore(value: 0)

    /// - Parameter capacity: how many elements wait at most.
    init(capacity: Int) {
        // A semaphore must not be freed with less than it was made with.
        for _ in 0..<capacity { room.signal() }
    }

    /// Adds an element once there is room. Answers false, and adds nothing, after `cancel()`.
    func put(_ element: Element) -> Bool {
        room.wait()
        let isAdded = state.withLock { state in
            guard !state.isCancelled else { return false }
            state.elements.append(element)
            return true
        }
        // Whoever else waits for room learns of the end the same way.
        if isAdded { filled.signal() } else { room.signal() }
        return isAdded
    }

    /// The oldest element once there is one, or nil when the queue is closed and empty.
    func take() -> Element? {
        filled.wait()
        let element: Element? = state.withLock { state in
            guard state.first < state.elements.count else { return nil }
            let element = state.elements[state.first]
            state.first += 1
            if state.first == state.elements.count || state.first >= 64 {
                state.elements.removeSubrange(..<state.first)
                state.first = 0
            }
            return element
        }
        if element == nil { filled.signal() } else { room.signal() }
        return element
    }

    /// Says that nothing more comes.
    func close() {
        filled.signal()
    }

    /// Closes the queue and answers what was in it.
    func cancel() -> [Element] {
        let rest = state.withLock { state in
            let rest = Array(state.elements[state.first...])
            (state.elements, state.first) = ([], 0)
            state.isCancelled = true
            return rest
        }
        room.signal()
        filled.signal()
        return rest
    }
}
