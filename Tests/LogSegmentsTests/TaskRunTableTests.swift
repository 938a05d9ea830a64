import OrchModel
import TestSupport
import Testing

@testable import LogSegments

struct TaskRunTableTests {
    private func task(_ name: String, _ change: (inout TaskRun) -> Void = { _ in }) -> TaskRun {
        let at = Timestamp(microseconds: 1_600_000_000_000_000)
        var task = TaskRun(
            id: .new(), flowRunID: .new(), name: name, attempt: 1,
            state: RunState(.completed, message: "completed", at: at, actor: "flow"), startedAt: at - .seconds(1),
            endedAt: at)
        change(&task)
        return task
    }

    @Test func everythingOfATaskRunComesBack() throws {
        let shared = Identifier.new()
        let tasks = [
            task("a"), task("a"), task(""), task("ü\u{0}\n") { $0.attempt = 0 }, task("b") { $0.attempt = .max },
            task("c") {
                $0.state = RunState(
                    .failed, name: "TimedOut", message: "", at: Timestamp(microseconds: .min), actor: "")
            },
            task("d") { ($0.startedAt, $0.endedAt) = (nil, nil) },
            task("e") { $0.startedAt = Timestamp(microseconds: .max) },
            task("f") {
                $0.details = TaskDetails(task: "t", description: "d", tags: ["x"], progress: .init(done: 1, total: 2))
            },
            task("g") {
                $0.details = TaskDetails(task: "t", description: "d", tags: ["x"], progress: .init(done: 1, total: 2))
            },
            task("h") { $0.flowRunID = shared }, task("i") { $0.flowRunID = shared },
        ]
        #expect(try TaskRunTable.taskRuns(of: TaskRunTable.bytes(of: tasks)) == tasks)
        #expect(try TaskRunTable.taskRuns(of: TaskRunTable.bytes(of: [])).isEmpty)
    }

    /// What a task run gets in addition has to be part of the table: this counts what it has.
    @Test func nothingOfATaskRunIsLeftOut() {
        #expect(Mirror(reflecting: task("a")).children.count == 8)
        #expect(Mirror(reflecting: task("a").state).children.count == 5)
    }

    @Test func manyAlikeTakeLittleRoom() {
        let run = Identifier.new()
        let tasks = (0..<1000).map { number in task("task-\(number)") { $0.flowRunID = run } }
        #expect(TaskRunTable.bytes(of: tasks).count < 50_000)
    }

    @Test func damagedTablesTrapNowhere() {
        let whole = TaskRunTable.bytes(of: [task("a"), task("b") { $0.details = TaskDetails(task: "t") }, task("c")])
        var generator = SeededGenerator(seed: SeededGenerator.seed(6))
        for length in 0..<whole.count {
            #expect(throws: (any Error).self) { try TaskRunTable.taskRuns(of: Array(whole.prefix(length))) }
        }
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? TaskRunTable.taskRuns(of: bytes)
        }
    }

    @Test func aReportCarriesThemBesideItsLines() throws {
        let line = LogRecord(
            attempt: 1, source: .flow, sequence: 1, at: Timestamp(microseconds: 5), level: .info, message: "x",
            logger: "l")
        for records in [[], [line]] {
            let report = AttemptReport(
                token: "t", records: records, taskRuns: [task("a"), task("b")], metrics: ["m": 1])
            let read = try ReportPackage.unpack(try ReportPackage.pack(report))
            #expect(read.taskRuns == report.taskRuns)
            #expect(read.segments.reduce(0) { $0 + $1.head.lines } == records.count)
            #expect(read.metrics == ["m": 1])
        }
        // Older controllers read what has no task runs.
        let head = String(decoding: try ReportPackage.pack(AttemptReport(token: "t", records: [line])), as: UTF8.self)
        #expect(head.contains("\"version\":1"))
    }
}
