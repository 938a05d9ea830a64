import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

struct ReportQueueTests {
    private func part(_ sequences: ClosedRange<Int>, message: String = "x") -> AttemptReport {
        let time = Timestamp(microseconds: 1)
        let records = sequences.map {
            LogRecord(
                attempt: 1, source: .stdout, sequence: Int64($0), at: time, level: .info, message: message)
        }
        return AttemptReport(token: "t", records: records)
    }

    private func state(_ type: StateType) -> RunState {
        RunState(type, message: "", at: Timestamp(microseconds: 1), actor: "agent a1")
    }

    private func queue(_ limits: ReportLimits = ReportLimits(recordsPerReport: 10)) -> ReportQueue {
        ReportQueue(token: "t", limits: limits)
    }

    @Test func whatCameMeanwhileGoesTogether() {
        var queue = queue()
        queue.add(part(1...2))
        queue.add(part(3...5))
        #expect(queue.next()?.records.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(queue.next() == nil)
        #expect(queue.isEmpty)
    }

    /// They may have 256 KiB each, and the controller takes bodies of a certain size.
    @Test func artifactsGoInSeveralReportsAndTheEndWithTheLast() {
        var queue = queue(ReportLimits(recordsPerReport: 100, bytesPerReport: 1000))
        var last = part(1...3)
        last.artifacts = (1...5).map { number in
            ArtifactReport(
                flowRunID: .new(), sequence: number, at: Timestamp(microseconds: 1), key: "report", type: "markdown",
                data: .string(String(repeating: "x", count: number == 5 ? 5000 : 400)))
        }
        last.state = state(.completed)
        last.termination = Termination(exitCode: 0)
        queue.add(last)
        var reports: [AttemptReport] = []
        while let report = queue.next() { reports.append(report) }
        #expect(reports.map { $0.artifacts.map(\.sequence) } == [[1, 2], [3, 4], [5]])
        #expect(reports.map { $0.state?.type } == [nil, nil, .completed])
        #expect(reports.map { $0.termination?.exitCode } == [nil, nil, 0])
        #expect(reports.map(\.records.count) == [3, 0, 0])
    }

    /// A flow may make any number of them, each with its parameters.
    @Test func childRunsGoInSeveralReportsAheadOfWhatIsTheirs() {
        let limits = ReportLimits(recordsPerReport: 4, bytesPerReport: 10_000, recordsWaiting: 8, bytesWaiting: 100_000)
        var queue = queue(limits)
        var last = part(1...3)
        last.childRuns = (1...9).map { number in
            ChildRunReport(
                id: .new(), parentRunID: .new(), flowName: "child",
                parameters: ["x": .string(String(repeating: "x", count: number == 6 ? 20_000 : 1))],
                state: state(.running))
        }
        last.state = state(.completed)
        queue.add(last)
        #expect(queue.isFull)
        var reports: [AttemptReport] = []
        while let report = queue.next() { reports.append(report) }
        #expect(reports.flatMap(\.childRuns) == last.childRuns)
        #expect(reports.map(\.childRuns.count) == [4, 1, 1, 3])
        #expect(reports.map(\.records.count) == [0, 0, 0, 3])
        #expect(reports.map { $0.state?.type } == [nil, nil, nil, .completed])
        #expect(!queue.isFull && queue.isEmpty)
    }

    @Test func endComesWithTheLastOfTheLines() {
        var queue = queue()
        var running = part(1...25)
        running.state = state(.running)
        queue.add(running)
        var last = part(26...26)
        last.state = state(.completed)
        last.termination = Termination(exitCode: 0)
        last.result = 7
        queue.add(last)
        var reports: [AttemptReport] = []
        while let report = queue.next() { reports.append(report) }
        #expect(reports.map(\.records.count) == [10, 10, 6])
        #expect(reports.map(\.state?.type) == [nil, nil, .completed])
        #expect(reports.map { $0.termination != nil } == [false, false, true])
        #expect(reports.map { $0.result != nil } == [false, false, true])
        #expect(reports.flatMap(\.records).map(\.sequence) == Array(1...26))
        #expect(reports.allSatisfy { $0.token == "t" })
    }

    private func task(_ id: Identifier = .new(), _ type: StateType = .completed, at second: Int64 = 2) -> TaskRun {
        let state = RunState(type, message: "", at: Timestamp(microseconds: second), actor: "flow")
        return TaskRun(id: id, flowRunID: .new(), name: "t", attempt: 1, state: state)
    }

    @Test func endComesWithTheLastOfTheTasks() {
        var queue = queue()
        let tasks = (0..<25).map { _ in task() }
        var last = AttemptReport(token: "t", taskRuns: tasks)
        last.records = part(1...12).records
        last.state = state(.completed)
        queue.add(last)
        var reports: [AttemptReport] = []
        while let report = queue.next() { reports.append(report) }
        #expect(reports.map(\.taskRuns.count) == [10, 10, 5])
        #expect(reports.map(\.records.count) == [10, 2, 0])
        #expect(reports.map(\.state?.type) == [nil, nil, .completed])
        #expect(reports.flatMap(\.taskRuns) == tasks)
    }

    @Test func ofATaskTheNewestStateAloneIsTold() {
        var queue = queue()
        let (one, other) = (Identifier.new(), Identifier.new())
        var running = task(one, .running, at: 1)
        running.startedAt = Timestamp(microseconds: 1)
        queue.add(AttemptReport(token: "t", taskRuns: [running, task(other, .running, at: 1)]))
        queue.add(AttemptReport(token: "t", taskRuns: [task(one, .completed, at: 2), task(one, .running, at: 1)]))
        let told = queue.next()?.taskRuns ?? []
        #expect(told.map(\.id) == [one, other])
        #expect(told.map(\.state.type) == [.completed, .running])
        #expect(told.first?.startedAt == running.startedAt)
    }

    @Test func manyTasksAreUrgentAndFill() {
        var queue = queue(ReportLimits(recordsPerReport: 10, recordsWaiting: 30))
        queue.add(AttemptReport(token: "t", taskRuns: (0..<5).map { _ in task() }))
        #expect(queue.isUrgent)
        #expect(!queue.isFull)
        queue.add(AttemptReport(token: "t", taskRuns: (0..<25).map { _ in task() }))
        #expect(queue.isFull)
    }

    @Test func startGoesWithTheFirst() {
        var queue = queue()
        var running = part(1...25)
        running.state = state(.running)
        queue.add(running)
        #expect(queue.next()?.state?.type == .running)
        #expect(queue.next()?.state == nil)
    }

    @Test func largeLinesAreFewerAReport() {
        var queue = queue(ReportLimits(recordsPerReport: 10, bytesPerReport: 5000))
        queue.add(part(1...4, message: String(repeating: "x", count: 2000)))
        queue.add(part(5...5, message: String(repeating: "x", count: 9000)))
        var counts: [Int] = []
        while let report = queue.next() { counts.append(report.records.count) }
        #expect(counts == [2, 2, 1])
    }

    @Test func fullByLinesOrByBytes() {
        var lines = queue(ReportLimits(recordsPerReport: 10, recordsWaiting: 20))
        lines.add(part(1...19))
        #expect(!lines.isFull)
        lines.add(part(20...20))
        #expect(lines.isFull)
        _ = lines.next()
        #expect(!lines.isFull)
        var bytes = queue(ReportLimits(bytesWaiting: 10_000))
        bytes.add(part(1...1, message: String(repeating: "x", count: 10_000)))
        #expect(bytes.isFull)
        _ = bytes.next()
        #expect(!bytes.isFull)
    }
}
