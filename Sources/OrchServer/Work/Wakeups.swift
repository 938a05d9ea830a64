import OrchModel
import Synchronization

/// Wakes those who wait for a change, as soon as it is committed.
///
/// Register first, then read the store, then wait: so no change falls between. Only changes made through this process
/// are told; who waits also looks again every few seconds.
final class Wakeups: Sendable {
    /// What changed.
    enum Topic: Hashable, Sendable {
        /// A run waits in the queue, or a question does.
        case queue(String)
        /// A run of the agent is to be ended.
        case agent(String)
        /// The run, or something in its container, changed.
        case run(Identifier)
    }

    private let waiters = Mutex<[Topic: [ObjectIdentifier: Waiter]]>([:])

    /// Keeps a waiter registered for as long as it lives.
    final class Registration: Sendable {
        private let wakeups: Wakeups
        private let waiter: Waiter
        private let topics: Set<Topic>

        fileprivate init(_ wakeups: Wakeups, _ waiter: Waiter, _ topics: Set<Topic>) {
            self.wakeups = wakeups
            self.waiter = waiter
            self.topics = topics
        }

        deinit { wakeups.remove(waiter, from: topics) }
    }

    /// Has each of the topics signal a waiter until the registration is gone.
    func register(_ waiter: Waiter, for topics: some Sequence<Topic>) -> Registration {
        let topics = Set(topics)
        waiters.withLock { waiters in
            for topic in topics { waiters[topic, default: [:]][ObjectIdentifier(waiter)] = waiter }
        }
        return Registration(self, waiter, topics)
    }

    private func remove(_ waiter: Waiter, from topics: Set<Topic>) {
        waiters.withLock { waiters in
            for topic in topics {
                waiters[topic]?[ObjectIdentifier(waiter)] = nil
                if waiters[topic]?.isEmpty == true { waiters[topic] = nil }
            }
        }
    }

    /// Wakes everybody who waits for a topic.
    func signal(_ topic: Topic) {
        let woken = waiters.withLock { $0[topic].map { Array($0.values) } ?? [] }
        for waiter in woken { waiter.signal() }
    }

    /// How many wait for a topic now.
    func count(of topic: Topic) -> Int {
        waiters.withLock { $0[topic]?.count ?? 0 }
    }
}
