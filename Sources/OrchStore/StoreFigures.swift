package import OrchModel

/// How a store stands at one moment: what waits, what runs, who asks for work.
package struct StoreFigures: Hashable, Sendable {
    /// One queue.
    package struct Queue: Hashable, Sendable {
        package var name: String
        /// Runs that are due and that no agent has taken.
        package var due: Int
        /// Runs that are due and that a limit holds back.
        package var blocked: Int
        /// Runs that wait for a time to come.
        package var scheduled: Int
        /// When the longest-waiting of the due runs was due; nil where none is.
        package var oldestDue: Timestamp?
        /// Agents that ask for its work.
        package var polling: Int

        package init(
            name: String, due: Int = 0, blocked: Int = 0, scheduled: Int = 0, oldestDue: Timestamp? = nil,
            polling: Int = 0
        ) {
            self.blocked = blocked
            self.name = name
            self.due = due
            self.scheduled = scheduled
            self.oldestDue = oldestDue
            self.polling = polling
        }
    }

    /// A limit of runs.
    package struct Limit: Hashable, Sendable {
        /// Such as `tag:etl`.
        package var key: String
        package var slots: Int
        package var held: Int
        package var waiting: Int

        package init(key: String, slots: Int, held: Int, waiting: Int) {
            self.key = key
            self.slots = slots
            self.held = held
            self.waiting = waiting
        }
    }

    /// Limits of runs, by key; a thousand at most.
    package var limits: [Limit] = []
    /// Every queue that there is, or that a deployment, a waiting run or a polling agent names, by name.
    package var queues: [Queue]
    /// Live runs by the type of their state; a type of which there is none is missing.
    package var live: [StateType: Int]
    /// Live runs that no agent observes.
    package var unobserved: Int
    /// The runs that each agent holds: of those that poll, and of those that hold some.
    package var held: [String: Int]
    /// Agents that ask for work.
    package var polling: Int
    /// What the database takes up, in bytes.
    package var databaseBytes: Int64

    package init(
        queues: [Queue] = [], live: [StateType: Int] = [:], unobserved: Int = 0, held: [String: Int] = [:],
        polling: Int = 0, databaseBytes: Int64 = 0
    ) {
        self.queues = queues
        self.live = live
        self.unobserved = unobserved
        self.held = held
        self.polling = polling
        self.databaseBytes = databaseBytes
    }
}
