import OrchAgent
import ServiceLifecycle
import UnixSignals

/// Ends an agent in two steps: the first SIGTERM or Ctrl-C drains it, the second hands its containers over.
struct DrainWatch: Service {
    var agent: Agent
    /// How long runs may take to end; nil for as long as they need.
    var patience: Duration?

    /// Returns once the agent may end.
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        guard await signals.first(where: { _ in true }) != nil else { return }
        _ = await agent.drain(patience: patience) { _ = await signals.first { _ in true } }
    }
}
