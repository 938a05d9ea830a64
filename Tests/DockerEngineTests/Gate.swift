import Foundation
import Synchronization

/// Lets a test wait until the stub daemon was asked.
final class Gate: Sendable {
    /// What the stub daemon waits for between two pieces of an answer.
    let semaphore = DispatchSemaphore(value: 0)
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func arrived() {
        continuation.yield()
    }

    func open() {
        semaphore.signal()
    }

    func wait() async {
        for await _ in stream { return }
    }
}
