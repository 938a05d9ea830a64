import OrchInfrastructure
import OrchModel

extension Agent {
    /// The answer to a question. Where an image may have to be pulled for it, whoever asked is told how that goes, and a
    /// shutdown does not wait for it.
    func answer(_ task: AgentTask, at desk: QuestionDesk) async -> AgentTaskAnswer {
        guard task.pull != nil else { return await desk.answer(task) }
        do throws(CancellationError) {
            return try await untilShutdown { [self] in
                await desk.answer(task) { news in await self.tell(news, of: task) }
            }
        } catch {
            return .failed(message: "agent \(configuration.name) is about to end: ask again")
        }
    }

    /// Tells how far a pull is; false where nobody waits for the answer any more.
    private func tell(_ news: PullNews, of task: AgentTask) async -> Bool {
        do throws(ControllerFault) {
            try await api.send(.pulling(news), to: task.id)
            return true
        } catch {
            // A controller that is away for a moment does not end a pull.
            if case .unknown = error { return false }
            return true
        }
    }
}
