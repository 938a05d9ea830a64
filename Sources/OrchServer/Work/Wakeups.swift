import OrchModel
import Synchronization

/// Wakes those who wait for a change, as soon as it is committed.
///
/// Register first, then read the store, then wait: so no change falls between. Changes made by other controllers of the
/// store arrive by a ``WakeupRelay``, as hints; who waits also looks again every few seconds.
final class Wakeups: Sendable {
    /// What changed.
    enum Topic: Hashable, Sendable {
        /// A run waits in the queue, or a question does.
        case queue(String)
        /// A run waits in some queue, or a question does: for those who serve queues by patterns.
        case everyQueue
        /// A run of the agent is to be ended.
        case agent(String)
        /// The run, or something in its container, changed.
        case run(Identifier)
        /// A question was answered.
        case answer(Identifier)
        /// A task got the slots it waited for.
        case slot(Identifier)
    }

    private let others = Mutex<OutgoingTopics?>(nil)
    /// In the order in which they came, so that nobody is woken last for ever.
    private let waiters = Mutex<[Topic: [Waiter]]>([:])

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
            for topic in topics { waiters[topic, default: []].append(waiter) }
        }
        return Registration(self, waiter, topics)
    }

    private func remove(_ waiter: Waiter, from topics: Set<Topic>) {
        waiters.withLock { waiters in
            for topic in topics {
                guard let index = waiters[topic]?.firstIndex(where: { $0 === waiter }) else { continue }
                waiters[topic]?.remove(at: index)
                if waiters[topic]?.isEmpty == true { waiters[topic] = nil }
            }
        }
    }

    /// What the other controllers are to hear of from now on.
    func outgoing() -> OutgoingTopics {
        others.withLock { others in
            let topics = OutgoingTopics()
            others = topics
            return topics
        }
    }

    /// Wakes everybody who waits for a topic, here and at other controllers.
    func signal(_ topic: Topic) {
        hear(topic)
        others.withLock { $0 }?.add(topic)
    }

    /// Wakes everybody who waits for anything here.
    func hearAll() {
        let woken = waiters.withLock { $0.values.flatMap(\.self) }
        for waiter in woken { waiter.signal() }
    }

    /// Wakes everybody who waits for a topic here.
    func hear(_ topic: Topic) {
        let woken = waiters.withLock { waiters in
            guard case .queue = topic else { return waiters[topic] ?? [] }
            return (waiters[topic] ?? []) + (waiters[.everyQueue] ?? [])
        }
        for waiter in woken { waiter.signal() }
    }

    /// How many wait for a topic now.
    func count(of topic: Topic) -> Int {
        waiters.withLock { $0[topic]?.count ?? 0 }
    }
}

extension Wakeups.Topic: LosslessStringConvertible {
    /// Reads what ``description`` says.
    init?(_ description: String) {
        let parts = description.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "queue": self = .queue(parts[1])
        case "every": self = .everyQueue
        case "agent": self = .agent(parts[1])
        case "run":
            guard let id = Identifier(parts[1]) else { return nil }
            self = .run(id)
        case "answer":
            guard let id = Identifier(parts[1]) else { return nil }
            self = .answer(id)
        case "slot":
            guard let id = Identifier(parts[1]) else { return nil }
            self = .slot(id)
        default: return nil
        }
    }

    /// `queue default`, `run 0198…`.
    var description: String {
        switch self {
        case .queue(let name): "queue \(name)"
        case .everyQueue: "every queue"
        case .agent(let name): "agent \(name)"
        case .run(let id): "run \(id)"
        case .answer(let id): "answer \(id)"
        case .slot(let id): "slot \(id)"
        }
    }
}
