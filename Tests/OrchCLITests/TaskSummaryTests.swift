import OrchModel
import Testing

@testable import OrchCLI

struct TaskSummaryTests {
    private func tasks(_ count: Int, _ type: StateType, name: String? = nil, why: String = "because") -> [TaskRun] {
        let state = RunState(type, name: name, message: why, at: Timestamp(microseconds: 0), actor: "flow")
        return (0..<count).map {
            TaskRun(id: .new(), flowRunID: .new(), name: "\(state.name)-\($0)", attempt: 1, state: state)
        }
    }

    @Test func eachOfFewTasksIsShown() {
        #expect(TaskSummary(tasks: [], showsAll: false).text.isEmpty)
        let text = TaskSummary(tasks: tasks(20, .completed), showsAll: false).text
        #expect(text.hasPrefix("\nTasks:\nTASK") && text.split(separator: "\n").count == 22)
    }

    @Test func manyTasksAreSummedUpAndThoseThatFailedAreShown() {
        let many =
            tasks(9_960, .completed) + tasks(10, .completed, name: RunState.skippedName)
            + tasks(25, .failed) + tasks(3, .failed, name: RunState.timedOutName)
            + tasks(2, .failed, name: RunState.upstreamFailedName)
        let text = TaskSummary(tasks: many, showsAll: false).text
        let lines = text.split(separator: "\n")
        #expect(
            lines[0] == "Tasks: 10000 (25 Failed, 3 TimedOut, 2 UpstreamFailed, 9960 Completed, 10 Skipped); "
                + "all of them: --tasks")
        #expect(lines.count == 23 && lines.last == "and 8 more that failed")
        #expect(!text.contains("UpstreamFailed-") && text.contains("Failed-19"))
        #expect(TaskSummary(tasks: many, showsAll: true).text.split(separator: "\n").count == 10_002)
    }

    @Test func aMessageStaysOnItsLine() {
        let long = tasks(1, .failed, why: "first\nsecond" + String(repeating: "x", count: 5_000))
        let lines = TaskSummary(tasks: long, showsAll: false).text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[2].contains("first\\x0asecond") && lines[2].hasSuffix("x …") && lines[2].count < 400)
    }
}
