import Synchronization

/// Topics that other controllers are to hear of: each once, however often it changes before it is told.
///
/// One task takes them; nothing is kept while nobody does.
final class OutgoingTopics: Sendable {
    private let topics = Mutex<Set<Wakeups.Topic>>([])
    private let waiter = Waiter()

    /// Adds a topic; never waits.
    func add(_ topic: Wakeups.Topic) {
        let isFirst = topics.withLock { $0.insert(topic).inserted && $0.count == 1 }
        if isFirst { waiter.signal() }
    }

    /// All that were added since, at least one; nil once the task is cancelled.
    func next() async -> Set<Wakeups.Topic>? {
        while !Task.isCancelled, !waiter.isClosed {
            let taken = topics.withLock { topics in
                defer { topics = [] }
                return topics
            }
            if !taken.isEmpty { return taken }
            await waiter.wait(atMost: .seconds(60))
        }
        return nil
    }
}
