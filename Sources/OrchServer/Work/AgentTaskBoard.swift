import OrchModel
import Synchronization

/// Questions that wait for an agent, and those that an agent is working on. Kept in memory: who asks waits for the
/// answer on an open connection, so a question never outlives this process.
final class AgentTaskBoard: Sendable {
    private struct Entry {
        var task: AgentTask
        var queue: String
        var isTaken = false
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

    /// The questions of these queues that no agent has taken yet; they are the taker's now.
    func take(from queues: [String]) -> [AgentTask] {
        entries.withLock { entries in
            let waiting = entries.values.filter { !$0.isTaken && queues.contains($0.queue) }
            for entry in waiting { entries[entry.task.id]?.isTaken = true }
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
