import Dispatch
import Synchronization

/// A queue between threads, in which those who put wait for room and those who take wait for elements.
final class BlockingQueue<Element: Sendable>: Sendable {
    private struct State {
        /// The oldest first; there are few of them.
        var elements: [Element] = []
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
        // Removed at once: what is taken must not live on in here, as it may be large.
        let element = state.withLock { $0.elements.isEmpty ? nil : $0.elements.removeFirst() }
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
            state.isCancelled = true
            defer { state.elements = [] }
            return state.elements
        }
        room.signal()
        filled.signal()
        return rest
    }
}
