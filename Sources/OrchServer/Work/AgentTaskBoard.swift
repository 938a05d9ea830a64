import OrchModel
import OrchStore

/// Questions that wait for an agent. They lie in the store, as the agent may poll another controller than the one that is
/// asked.
struct AgentTaskBoard: Sendable {
    let store: any Store
    let wakeups: Wakeups
    var time = ServerTime.system

    /// After how long without an answer a question is handed out again: the poll that took it may have been cut off.
    /// Longer than agents take for a probe, and less than is commonly waited for an answer.
    private static let patience = Duration.seconds(45)
    /// How long an agent that begins is waited for.
    private static let beginning = Duration.seconds(10)
    /// How often the answer is looked for though nobody told of it.
    private static let recheck = Duration.seconds(2)

    /// Puts a question to the agents of a queue that would get runs of this placement.
    ///
    /// - Returns: the answer; nil where none came within `limit`.
    func ask(
        _ question: AgentTask.Question, of queue: String, placement: Placement, atMost limit: Duration
    ) async throws -> AgentTaskAnswer? {
        let task = AgentTask(id: .new(), question: question)
        let waiter = Waiter()
        let registration = wakeups.register(waiter, for: [.answer(task.id)])
        defer { withExtendedLifetime(registration) {} }
        let now = time.now()
        try await store.ask(task, of: queue, placement: placement, until: now + limit + .seconds(60), at: now)
        wakeups.signal(.queue(queue))
        let deadline = ContinuousClock.now.advanced(by: limit)
        var answer: AgentTaskAnswer?
        while answer == nil, !waiter.isClosed {
            let left = deadline - .now
            guard left > .zero else { break }
            await waiter.wait(atMost: min(left, Self.recheck))
            answer = try await store.answer(to: task.id)
        }
        try await store.forgetQuestion(task.id)
        return answer
    }

    /// The questions of these queues, for an agent with these labels, that nobody is working on; they are the taker's now.
    func take(
        from queues: [String], labels: [String: JSONValue], at now: Timestamp
    ) async throws -> [AgentTask] {
        try await store.takeQuestions(of: queues, labels: labels, lastTakenBefore: now - Self.patience, at: now)
    }

    /// The agents of a queue that would get runs of this placement, by name. Where there is none, those are waited for that have
    /// just begun, and of whose engines none has answered yet.
    func agents(of queue: WorkQueueStatus, meeting placement: Placement) async throws -> [String] {
        let names = Set(queue.agents)
        let deadline = time.uptime() + Self.beginning
        while true {
            let agents = try await store.agents().map(\.info).filter { names.contains($0.name) }
            let found = agents.filter { placement.isMet(by: $0.labels ?? [:]) }.map(\.name)
            let isBeginning = agents.contains { $0.labels?["infrastructure"] == .array([]) }
            guard found.isEmpty, isBeginning, time.uptime() < deadline else { return found }
            try await time.sleep(Self.recheck / 10)
        }
    }

    /// Hands an answer to who asked; false where nobody waits for it any more.
    func answer(_ id: Identifier, _ answer: AgentTaskAnswer) async throws -> Bool {
        let isAwaited = try await store.answer(id, with: answer)
        wakeups.signal(.answer(id))
        return isAwaited
    }
}
