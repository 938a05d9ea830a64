import FoundationEssentials
import Glibc
import Simulation

/// Lives histories from a seed on, on every core; prints the first that goes wrong, and exits with 1.
///
/// `ORCH_SIMULATION_HISTORIES`: how many, 10,000 if not said. `ORCH_SIMULATION_SEED`: the first one's seed, 1 if not said;
/// with a seed and no number, that one history is lived and printed. `ORCH_SIMULATION_BREAK`: the name of a `Mutation`, done in
/// all of them.
///
/// `ORCH_SIMULATION_LOAD`: how many runs; then no histories are lived, but so many runs, of a tenth as many deployments, become due
/// at a thousand a virtual second, in rushes at two thousand, under limits of all kinds. `ORCH_SIMULATION_BREAK`: a `LoadMutation`.
@main
struct SimulationProgram {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        if let runs = environment["ORCH_SIMULATION_LOAD"].flatMap(Int.init) {
            return try await load(runs, mutation: environment["ORCH_SIMULATION_BREAK"].flatMap(LoadMutation.init))
        }
        let seed = environment["ORCH_SIMULATION_SEED"].flatMap(UInt64.init)
        let mutations = Set([environment["ORCH_SIMULATION_BREAK"].flatMap(Mutation.init)].compactMap(\.self))
        let count = environment["ORCH_SIMULATION_HISTORIES"].flatMap(UInt64.init)
        if let seed, count == nil {
            let outcome = try Simulation().history(seed: seed, isRecording: true, mutations: mutations)
            show(outcome)
            exit(outcome.violation == nil ? 0 : 1)
        }
        let (first, number) = (seed ?? 1, count ?? 10_000)
        let crew = Crew(seeds: first..<first + number, mutations: mutations)
        let start = ContinuousClock.now
        let found = try crew.work(threads: ProcessInfo.processInfo.activeProcessorCount)
        let time = ContinuousClock.now - start
        print(
            "\(crew.done) histories, \(crew.steps) steps, \(crew.seconds) virtual seconds in \(time): "
                + "\(Int(Double(crew.done) / (time / .seconds(1)))) histories a second")
        for (what, count) in crew.sights.sorted(by: { $0.key < $1.key }) { print("  \(count) \(what)") }
        guard let found else { return }
        show(try Simulation().history(seed: found.seed, isRecording: true, mutations: mutations))
        exit(1)
    }

    private static func load(_ runs: Int, mutation: LoadMutation?) async throws {
        var plan = LoadPlan(runs: runs)
        plan.mutation = mutation
        let begin = ContinuousClock.now
        let outcome = try await LoadSimulation(plan).run()
        print(
            "\(outcome.ended) runs of \(plan.deployments) deployments, \(outcome.seconds) virtual seconds in "
                + "\(ContinuousClock.now - begin); at most \(outcome.mostLive) live, \(outcome.mostWaiting) waiting")
        for (what, times) in [
            ("held back by nothing, late by", outcome.lateness), ("held back, late by", outcome.held),
            ("of these, since nothing held them back any more", outcome.resumed),
        ] {
            let shown = [0.5, 0.99, 1].map { LoadOutcome.percentile($0, of: times).map { "\($0)" } ?? "-" }
            print("  \(times.count) \(what): p50, p99, most: \(shown.joined(separator: ", ")) ms")
        }
        print("  \(outcome.overtaken) started before one whose turn was earlier")
        print(outcome.violation ?? "nothing is wrong")
        exit(outcome.violation == nil ? 0 : 1)
    }

    private static func show(_ outcome: Simulation.Outcome) {
        for line in outcome.lines { print(line) }
        print("seed \(outcome.seed): \(outcome.violation ?? "nothing is wrong")")
        if outcome.violation != nil {
            print("again: ORCH_SIMULATION_SEED=\(outcome.seed) scripts/simulate")
        }
    }
}
