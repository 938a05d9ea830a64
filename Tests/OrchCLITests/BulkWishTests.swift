import ArgumentParser
import OrchModel
import Testing

@testable import OrchCLI

struct BulkWishTests {
    private func runs(_ states: [(StateType, String)]) -> [FlowRun] {
        states.enumerated().map { index, state in
            var run = Sample.run
            run.name = "run-\(index)"
            run.state = RunState(state.0, name: state.1, message: "m", at: Timestamp(microseconds: 1), actor: "a")
            return run
        }
    }

    @Test("a dry run of a cancellation counts runs that can be cancelled, and says how many have ended")
    func cancel() {
        let ended = BulkWish(
            .cancel, runs([(.completed, "Completed"), (.completed, "Completed"), (.failed, "TimedOut")]))
        #expect(ended.runs.isEmpty)
        #expect(
            ended.plan
                == "Would cancel 0 runs; 3 runs have ended already (2 Completed, 1 TimedOut). Nothing was done.\n")
        let mixed = BulkWish(.cancel, runs([(.running, "Running"), (.completed, "Completed")]))
        #expect(mixed.runs.map(\.name) == ["run-0"])
        #expect(
            mixed.plan
                == "run-0 is Running: m\nWould cancel 1 run (1 Running); 1 run has ended already (1 Completed). Nothing was done.\n"
        )
        #expect(BulkWish(.cancel, runs([(.scheduled, "Late")])).remark == nil)
    }

    @Test("a dry run of a removal counts runs that have ended, and says how many have not")
    func remove() {
        let wish = BulkWish(.remove, runs([(.running, "Running"), (.crashed, "Crashed")]))
        #expect(
            wish.plan
                == "run-1 is Crashed: m\nWould remove 1 run (1 Crashed); 1 run has not ended (1 Running). Nothing was done.\n"
        )
    }

    @Test("what is chosen by its state is cancelled where it can be; what is named is left to the controller")
    func chosen() throws {
        let found = runs([(.running, "Running"), (.completed, "Completed")])
        let byState = try FlowRuns.Cancel.parse(["--state", "completed"]).selection
        #expect(byState.chosen(.cancel, of: found).map(\.name) == ["run-0"])
        #expect(byState.chosen(.remove, of: found).map(\.name) == ["run-1"])
        let named = try FlowRuns.Cancel.parse(["run-0", "run-1"]).selection
        #expect(named.chosen(.cancel, of: found).count == 2)
    }

    @Test("what failed is tried again, what is paused goes on, and the rest is told")
    func othersKinds() {
        let found = runs([
            (.crashed, "Crashed"), (.completed, "Completed"), (.paused, "Suspended"), (.running, "Running"),
        ])
        let retry = BulkWish(.retry, found)
        #expect(retry.runs.map(\.name) == ["run-0"])
        #expect(retry.remark == "3 runs have not failed (1 Completed, 1 Running, 1 Suspended)")
        #expect(BulkWish(.repetition, found).runs.map(\.name) == ["run-0", "run-1"])
        let resume = BulkWish(.resume, found)
        #expect(resume.runs.map(\.name) == ["run-2"])
        #expect(resume.remark == "3 runs are not paused (1 Completed, 1 Crashed, 1 Running)")
        #expect(BulkWish(.suspend, found).runs.map(\.name) == ["run-2", "run-3"])
    }

    @Test("one run or many: what a retry is about")
    func retries() throws {
        #expect(try FlowRuns.Retry.parse(["run-0", "--dry-run"]).selection.runs == ["run-0"])
        #expect(try FlowRuns.Retry.parse(["--deployment", "taxi", "--dry-run"]).selection.isByFilter)
        #expect(throws: (any Error).self) { try FlowRuns.Retry.parse([]) }
    }
}
