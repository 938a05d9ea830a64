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

    @Test func whatWasAskedForIsShownWhereItWas() throws {
        let (id, slot) = (Identifier.new(), try #require(ScheduleSlot("2020-07-02T07:00/0")))
        let text = Self.run {
            ($0.tags, $0.priority, $0.backfillID) = (["etl", "green"], 5, id)
            $0.scheduledFor = Timestamp(microseconds: 60_000_000)
            $0.schedule = ScheduledSlot(scheduleID: .new(), slug: "monthly", slot: slot)
            $0.idempotencyKey = "key/\(Identifier.new())/a/b"
            $0.requires = ["gpu": true]
            $0.container = ContainerRecord(id: "0123456789abcdef", name: "c", sourceCommit: "4f2b9c11")
        }
        let facts = Self.facts(text)
        #expect(facts["Tags"] == "etl, green" && facts["Priority"] == "5" && facts["Backfill"] == "\(id)")
        #expect(facts["Due"] == "1970-01-01 00:01:00" && facts["Schedule"] == "monthly, slot 2020-07-02T07:00")
        #expect(facts["Idempotency key"] == "a/b" && facts["Requires"] == #"{"gpu":true}"#)
        #expect(facts["Source commit"] == "4f2b9c11")
        let bare = Self.facts(Self.run { _ in })
        for name in ["Tags", "Priority", "Backfill", "Due", "Schedule", "Idempotency key", "Requires", "Source commit"]
        {
            #expect(bare[name] == nil, "\(name)")
        }
    }

    /// The facts of a summary, by name.
    private static func facts(_ text: String) -> [String: String] {
        let lines = text.split(separator: "\n").compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), String(line[colon...].dropFirst().drop { $0 == " " }))
        }
        return Dictionary(lines) { first, _ in first }
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
