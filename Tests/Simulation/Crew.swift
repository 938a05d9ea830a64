import Glibc
import Synchronization
import Threads

/// Threads that live histories, each seed once, until one goes wrong.
package final class Crew: Sendable {
    private struct State {
        var next: UInt64
        var done = 0
        var steps = 0
        var seconds = 0
        var sights: [String: Int] = [:]
        var found: Simulation.Outcome?
        var error: (any Error)?
        var atWork = 0
    }

    private let end: UInt64
    private let state: Mutex<State>

    package init(seeds: Range<UInt64>) {
        end = seeds.upperBound
        state = Mutex(State(next: seeds.lowerBound))
    }

    package var done: Int { state.withLock { $0.done } }
    package var steps: Int { state.withLock { $0.steps } }
    /// How often things happened that a simulation should get to see.
    package var sights: [String: Int] { state.withLock { $0.sights } }
    package var seconds: Int { state.withLock { $0.seconds } }

    /// Lives them all.
    ///
    /// - Returns: the history of the lowest seed that went wrong, of those that were lived.
    package func work(threads: Int) throws -> Simulation.Outcome? {
        for _ in 0..<max(1, threads) {
            state.withLock { $0.atWork += 1 }
            let code = DetachedThread.start(name: "histories") { self.live() }
            guard code == 0 else { throw SimulationError.noThread(errno: code) }
        }
        while state.withLock({ $0.atWork > 0 }) { usleep(2000) }
        return try state.withLock { state in
            if let error = state.error { throw error }
            return state.found
        }
    }

    private func live() {
        defer { state.withLock { $0.atWork -= 1 } }
        do {
            let simulation = try Simulation()
            while let seed = take() {
                let outcome = try simulation.history(seed: seed)
                state.withLock { state in
                    state.done += 1
                    state.steps += outcome.steps
                    state.seconds += outcome.seconds
                    state.sights.merge(outcome.sights, uniquingKeysWith: +)
                    if outcome.violation != nil, outcome.seed < state.found?.seed ?? .max { state.found = outcome }
                }
            }
        } catch {
            state.withLock { $0.error = error }
        }
    }

    private func take() -> UInt64? {
        state.withLock { state in
            guard state.found == nil, state.error == nil, state.next < end else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }
}
