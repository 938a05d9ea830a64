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
    /// For how long a question is kept after the time that who asked wants to wait.
    static let grace = Duration.seconds(60)

    /// Puts a question to the agents of a queue that would get runs of this placement.
    ///
    /// - Parameter followsPull: whether the first news of a pull is an answer; the question stays then, for
    ///   ``follow(_:after:atMost:)``. Defaults to false.
    /// - Returns: the answer; nil where none came within `limit`.
    func ask(
        _ question: AgentTask.Question, of queue: String, placement: Placement, atMost limit: Duration,
        followsPull: Bool = false
    ) async throws -> AgentTaskAnswer? {
        let task = AgentTask(id: .new(), question: question)
        let waiter = Waiter()
        let registration = wakeups.register(waiter, for: [.answer(task.id)])
        defer { withExtendedLifetime(registration) {} }
        let now = time.now()
        try await store.ask(task, of: queue, placement: placement, until: now + limit + Self.grace, at: now)
        wakeups.signal(.queue(queue))
        return try await answer(to: task.id, waiter, atMost: limit) { followsPull || !$0.isNews }
    }

    /// Waits for an answer that is wanted; a question that needs no other one is forgotten.
    func answer(
        to id: Identifier, _ waiter: Waiter, atMost limit: Duration, where isWanted: (AgentTaskAnswer) -> Bool
    ) async throws -> AgentTaskAnswer? {
        let deadline = ContinuousClock.now.advanced(by: limit)
        var answer: AgentTaskAnswer?
        while answer == nil, !waiter.isClosed {
            answer = try await store.answer(to: id).flatMap { isWanted($0) ? $0 : nil }
            let left = deadline - .now
            guard answer == nil, left > .zero else { break }
            await waiter.wait(atMost: min(left, Self.recheck))
        }
        if answer?.isNews != true { try await store.forgetQuestion(id) }
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
        if case .pulling(let news) = answer, news.task != id {
            throw APIFailure.invalid("the news is of task \(news.task): expected \(id)")
        }
        let isAwaited =
            if case .pulling(let news) = answer { try await store.tell(news, at: time.now()) } else {
                try await store.answer(id, with: answer)
            }
        wakeups.signal(.answer(id))
        return isAwaited
    }
}
