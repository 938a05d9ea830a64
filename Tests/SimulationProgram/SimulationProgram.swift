import FoundationEssentials
import Glibc
import Simulation

/// Lives histories from a seed on, on every core; prints the first that goes wrong, and exits with 1.
///
/// `ORCH_SIMULATION_HISTORIES`: how many, 10,000 if not said. `ORCH_SIMULATION_SEED`: the first one's seed, 1 if not said;
/// with a seed and no number, that one history is lived and printed.
@main
struct SimulationProgram {
    static func main() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["ORCH_SIMULATION_SEED"].flatMap(UInt64.init)
        let count = environment["ORCH_SIMULATION_HISTORIES"].flatMap(UInt64.init)
        if let seed, count == nil {
            let outcome = try Simulation().history(seed: seed, isRecording: true)
            show(outcome)
            exit(outcome.violation == nil ? 0 : 1)
        }
        let (first, number) = (seed ?? 1, count ?? 10_000)
        let crew = Crew(seeds: first..<first + number)
        let start = ContinuousClock.now
        let found = try crew.work(threads: ProcessInfo.processInfo.activeProcessorCount)
        let time = ContinuousClock.now - start
        print(
            "\(crew.done) histories, \(crew.steps) steps, \(crew.seconds) virtual seconds in \(time): "
                + "\(Int(Double(crew.done) / (time / .seconds(1)))) histories a second")
        for (what, count) in crew.sights.sorted(by: { $0.key < $1.key }) { print("  \(count) \(what)") }
        guard let found else { return }
        show(try Simulation().history(seed: found.seed, isRecording: true))
        exit(1)
    }

    private static func show(_ outcome: Simulation.Outcome) {
        for line in outcome.lines { print(line) }
        print("seed \(outcome.seed): \(outcome.violation ?? "nothing is wrong")")
        if outcome.violation != nil {
            print("again: ORCH_SIMULATION_SEED=\(outcome.seed) scripts/simulate")
        }
    }
}
