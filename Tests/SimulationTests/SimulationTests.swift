import Simulation
import Testing

/// A part of what `orch-simulation` does at length: tests are not optimized.
struct SimulationTests {
    @Test func theSameSeedGivesTheSameHistory() throws {
        for seed in 1...8 as ClosedRange<UInt64> {
            // Of one that is lived first, and of one after others.
            let first = try Simulation().history(seed: seed, isRecording: true)
            let simulation = try Simulation()
            _ = try simulation.history(seed: seed + 100)
            let second = try simulation.history(seed: seed, isRecording: true)
            #expect(first.lines == second.lines)
            #expect(first.digest == second.digest)
            #expect(try simulation.history(seed: seed).digest == first.digest, "recording changes nothing")
        }
    }

    @Test func invariantsHoldInEveryHistory() throws {
        let crew = Crew(seeds: 1..<61)
        if let found = try crew.work(threads: 1) {
            let lines = try Simulation().history(seed: found.seed, isRecording: true).lines
            Issue.record("seed \(found.seed): \(found.violation ?? "")\n\(lines.joined(separator: "\n"))")
        }
        #expect(crew.done == 60)
    }

    /// Doubles that do wrong on purpose, with words of the invariant that has to notice.
    @Test(arguments: [
        (Mutation.namesAreNotUnique, "started"),
        (.staleReportsAreTaken, ""),
        (.linesAreDropped, "the log of"),
        (.linesAreDoubled, "the log of"),
        (.stopDoesNothing, "after the last fault"),
        (.removalDoesNothing, "is to be removed"),
        (.exitCodesAreForgotten, "exit code"),
        (.heldAttemptsAreForgotten, "after the last fault"),
    ])
    func whatIsDoneWrongIsNoticed(mutation: Mutation, words: String) throws {
        let simulation = try Simulation()
        for seed in 1...400 as ClosedRange<UInt64> {
            let outcome = try simulation.history(seed: seed, mutations: [mutation])
            guard let violation = outcome.violation else { continue }
            #expect(violation.contains(words), "\(violation)")
            return
        }
        Issue.record("400 histories with \(mutation), and nothing was noticed")
    }

    @Test func everyMutationIsTried() {
        #expect(Mutation.allCases.count == 8)
    }
}
