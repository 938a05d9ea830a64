import OrchModel
import Synchronization

/// Questions that wait for an agent, and those that an agent is working on. Kept in memory: who asks waits for the
/// answer on an open connection, so a question never outlives this process.
final class AgentTaskBoard: Sendable {
    private struct Entry {
        var task: AgentTask
        var queue: String
        var takenAt: ContinuousClock.Instant?
        var answer: AgentTaskAnswer?
        let waiter = Waiter()
    }

    private let entries = Mutex<[Identifier: Entry]>([:])
    private let wakeups: Wakeups

    init(wakeups: Wakeups) {
        self.wakeups = wakeups
    }

    /// Puts a question to the agents of a queue.
    ///
    /// - Returns: the answer; nil where none came within `limit`.
    func ask(_ question: AgentTask.Question, of queue: String, atMost limit: Duration) async -> AgentTaskAnswer? {
        let task = AgentTask(id: .new(), question: question)
        let entry = Entry(task: task, queue: queue)
        entries.withLock { $0[task.id] = entry }
        defer { entries.withLock { $0[task.id] = nil } }
        wakeups.signal(.queue(queue))
        await entry.waiter.wait(atMost: limit)
        return entries.withLock { $0[task.id]?.answer }
    }

    /// After how long without an answer a question is handed out again: the poll that took it may have been cut off.
    private static let patience = Duration.seconds(20)

    /// The questions of these queues that no agent is working on; they are the taker's now.
    func take(from queues: [String], at now: ContinuousClock.Instant = .now) -> [AgentTask] {
        entries.withLock { entries in
            let waiting = entries.values.filter { entry in
                queues.contains(entry.queue) && entry.answer == nil
                    && entry.takenAt.map { now - $0 > Self.patience } ?? true
            }
            for entry in waiting { entries[entry.task.id]?.takenAt = now }
            return waiting.map(\.task).sorted { $0.id < $1.id }
        }
    }

    /// Hands an answer to who asked; false where nobody waits for it any more.
    func answer(_ id: Identifier, _ answer: AgentTaskAnswer) -> Bool {
        let waiter = entries.withLock { entries in
            entries[id]?.answer = answer
            return entries[id]?.waiter
        }
        waiter?.signal()
        return waiter != nil
    }
}
