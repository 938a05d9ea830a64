import OrchModel
import Testing

@testable import OrchCLI

struct RunSummaryTests {
    private static func run(_ change: (inout FlowRun) -> Void) -> String {
        var run = FlowRun(
            id: .new(), name: "monthly-1", flowName: "etl", parameters: ["folder": "raw/2020-07"], workQueue: "default",
            image: "taxi", state: RunState(.completed, message: "done", at: Timestamp(microseconds: 0), actor: "flow"),
            createdAt: Timestamp(microseconds: 0), scheduledFor: Timestamp(microseconds: 0))
        change(&run)
        return RunSummary(
            run: run, states: [], attempts: [], tasks: TaskSummary(tasks: [], showsAll: false), children: []
        ).text
    }

    @Test func metricsAreNumbersAsPeopleWriteThem() {
        let text = Self.run {
            $0.metrics = ["rows_written": 71_974, "bytes": 9_007_199_254_740_992, "share": 0.25, "a\u{1B}[2J": -1]
        }
        #expect(text.contains("a\\x1b[2J=-1 bytes=9007199254740992 rows_written=71974 share=0.25\n"), "\(text)")
    }

    @Test func templatesAreBesideWhatTheyBecame() {
        let text = Self.run {
            $0.templates = ["folder": #"raw/{{ data_interval_start | date: "%Y-%m" }}"#]
            $0.dataInterval = DataInterval("2020-07-01/2020-08-01")
        }
        #expect(text.contains(#"Parameters:    {"folder":"raw/2020-07"}"#), "\(text)")
        #expect(
            text.contains(#"Templates:     {"folder":"raw/{{ data_interval_start | date: \"%Y-%m\" }}"}"#), "\(text)")
        #expect(text.contains("Data interval: 2020-07-01 00:00:00 to 2020-08-01 00:00:00\n"))
        #expect(!Self.run { _ in }.contains("Templates"))
    }
}
