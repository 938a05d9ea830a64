import OrchInfrastructure
import Synchronization

/// Whether the container engine answers, and what it said of itself last.
final class EngineWatch: Sendable {
    private struct State {
        var facts: EngineFacts?
        var reason: String?
    }

    private let state = Mutex(State())

    /// What the engine says of itself; nil while it does not answer.
    var facts: EngineFacts? { state.withLock { $0.reason == nil ? $0.facts : nil } }

    /// The host's name, also while it does not answer.
    var host: String? { state.withLock { $0.facts?.host } }

    /// Notes what came of a call; returns whether that is news.
    func note(_ answer: Result<EngineFacts, EngineFault>) -> Bool {
        state.withLock { state in
            switch answer {
            case .success(let facts):
                let isNews = state.facts != facts || state.reason != nil
                state.facts = facts
                state.reason = nil
                return isNews
            case .failure(let fault):
                let isNews = state.reason == nil
                state.reason = fault.description
                return isNews
            }
        }
    }
}
