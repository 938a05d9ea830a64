import OrchAgent
import OrchInfrastructure
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Ends an agent in two steps: the first SIGTERM or Ctrl-C drains it, the second hands its containers over.
struct DrainWatch: Service {
    private let agent: Agent
    private let patience: Duration?
    private let signals: UnixSignalsSequence

    /// Watches signals from now on, so that none that comes before the agent runs ends the process.
    ///
    /// - Parameter patience: how long runs may take to end; nil for as long as they need.
    init(agent: Agent, patience: Duration?) async {
        self.agent = agent
        self.patience = patience
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }

    /// Returns once the agent may end.
    func run() async throws {
        let count = SignalCount()
        await withTaskGroup(of: Void.self) { group in
            // The sequence allows one reader.
            group.addTask { for await _ in signals { count.increase() } }
            if await count.reaches(1) {
                _ = await agent.drain(patience: patience) { _ = await count.reaches(2) }
            }
            group.cancelAll()
        }
    }
}

/// How many signals have come.
private final class SignalCount: Sendable {
    private let count = Mutex(0)
    private let gate = Gate()

    func increase() {
        count.withLock { $0 += 1 }
        gate.open()
    }

    /// Waits for so many; false where the surrounding task was cancelled before.
    func reaches(_ number: Int) async -> Bool {
        do {
            try await gate.wait { count.withLock { $0 } < number }
            return true
        } catch {
            return false
        }
    }
}
