import OrchModel
import Testing

@testable import OrchCLI

struct RetrySummaryTests {
    private static func plan(_ change: (inout RetryPlan) -> Void) -> RetryPlan {
        let at = Timestamp(microseconds: 0)
        let run = FlowRun(
            id: .new(), name: "etl-1", flowName: "etl", parameters: [:], workQueue: "q", image: "i",
            state: RunState(.crashed, message: "killed by signal 9 (SIGKILL)", at: at, actor: "agent a1"), attempt: 1,
            createdAt: at, scheduledFor: at)
        var plan = RetryPlan(run: run, all: false)
        change(&plan)
        return plan
    }

    @Test func itSaysWhatIsTakenWhatIsDoneAgainAndWhy() {
        let text = RetrySummary(
            plan: Self.plan {
                $0.taken = [.init(task: "download", state: "Completed", why: "made by run etl-1")]
                $0.repeated = [.init(task: "load", flow: "sub", state: "Crashed", why: "it was Crashed")]
                $0.children = [.init(task: "child-1", flow: "c", state: "Completed", why: "its result is taken")]
                $0.notes = ["A note."]
            }
        ).text
        #expect(
            text == """
                etl-1: attempt 1 was Crashed: killed by signal 9 (SIGKILL)

                Taken from their results (1):
                TASK      STATE      WHY
                download  Completed  made by run etl-1

                Done again (1):
                TASK      STATE    WHY
                sub/load  Crashed  it was Crashed

                Runs that it made (1):
                TASK       STATE      WHY
                c/child-1  Completed  its result is taken
                A note.

                """)
    }

    @Test func manyTasksAreSummedUpAndARefusalIsTold() {
        let text = RetrySummary(
            plan: Self.plan { plan in
                plan.refusal = "its log is gone"
                plan.repeated = (1...45).map { .init(task: "t\($0)", state: "Failed", why: "it was Failed") }
            }
        ).text
        #expect(text.contains("Done again (45):"))
        #expect(text.contains("t40") && !text.contains("t41"))
        #expect(text.contains("and 5 more; -o json shows all"))
        #expect(text.contains("It cannot be tried again now: its log is gone"))
    }
}
