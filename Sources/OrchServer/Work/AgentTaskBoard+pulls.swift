import OrchModel
import OrchStore

extension AgentTaskBoard {
    /// Waits for what comes after news of a pull.
    ///
    /// - Parameter number: of the news that is known.
    /// - Returns: later news, or the answer; nil where neither came within `limit`.
    /// - Throws: 404 where the question is not there any more.
    func follow(_ id: Identifier, after number: Int, atMost limit: Duration) async throws -> AgentTaskAnswer? {
        let waiter = Waiter()
        let registration = wakeups.register(waiter, for: [.answer(id)])
        defer { withExtendedLifetime(registration) {} }
        guard try await store.keepQuestion(id, until: time.now() + limit + Self.grace) else {
            throw APIFailure.notFound("there is no question \(id) any more: nobody waited for its answer; ask again")
        }
        return try await answer(to: id, waiter, atMost: limit) { answer in
            if case .pulling(let news) = answer { news.number > number } else { true }
        }
    }
}
