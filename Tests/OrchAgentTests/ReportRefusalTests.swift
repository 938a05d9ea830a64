import OrchModel
import Testing

@testable import OrchAgent

struct ReportRefusalTests {
    private let now = Timestamp(microseconds: 1_600_000_000_000_000)

    private func report(lines: Int, message: String = "x") -> AttemptReport {
        var report = AttemptReport(token: "t")
        report.records = (0..<lines).map {
            LogRecord(attempt: 1, source: .stdout, sequence: Int64($0 + 1), at: now, level: .info, message: message)
        }
        report.state = RunState(.completed, message: "", at: now, actor: "agent a1")
        report.termination = Termination(exitCode: 0)
        return report
    }

    private func instead(_ fault: ControllerFault, _ report: AttemptReport) -> [AttemptReport]? {
        let remedy = ReportRefusal.remedy(for: fault, of: report, attempt: 1, at: now)
        return if case .sendInstead(let reports) = remedy { reports } else { nil }
    }

    @Test(arguments: [ControllerFault.unreachable("away"), .refused(status: 401, "unauthorized")])
    func whatMayPassIsTriedAgain(_ fault: ControllerFault) {
        guard case .tryAgain = ReportRefusal.remedy(for: fault, of: report(lines: 1), attempt: 1, at: now) else {
            Issue.record("expected another try of \(fault)")
            return
        }
    }

    @Test(arguments: [ControllerFault.stale, .unknown("no such run")])
    func anotherAgentsAttemptIsLetGo(_ fault: ControllerFault) {
        guard case .fenced = ReportRefusal.remedy(for: fault, of: report(lines: 1), attempt: 1, at: now) else {
            Issue.record("expected a fence after \(fault)")
            return
        }
    }

    @Test func impossibleStateIsLeftOut() throws {
        let rest = try #require(instead(.conflict("cannot become Running"), report(lines: 2)))
        #expect(rest.map(\.records.count) == [2])
        #expect(rest.first?.state == nil)
        #expect(rest.first?.termination?.exitCode == 0)
    }

    @Test func tooLargeReportIsHalvedAndItsEndComesLast() throws {
        let halves = try #require(instead(.tooLarge, report(lines: 5)))
        #expect(halves.map(\.records.count) == [2, 3])
        #expect(halves.map { $0.state?.type } == [nil, .completed])
        #expect(halves.map { $0.termination != nil } == [false, true])
    }

    private func children(_ count: Int) -> [ChildRunReport] {
        let state = RunState(.running, message: "", at: now, actor: "flow")
        return (0..<count).map { _ in
            ChildRunReport(id: .new(), parentRunID: .new(), flowName: "c", parameters: [:], state: state)
        }
    }

    @Test func childRunsOfATooLargeReportAreHalvedAheadOfItsLines() throws {
        var report = report(lines: 2)
        report.childRuns = children(5)
        let parts = try #require(instead(.tooLarge, report))
        #expect(parts.map(\.childRuns.count) == [2, 3])
        #expect(parts.flatMap(\.childRuns) == report.childRuns)
        #expect(parts.map(\.records.count) == [0, 2])
        #expect(parts.map { $0.state?.type } == [nil, .completed])
    }

    @Test func theEndOfARunDoesNotWaitForAChildRunThatIsTooLarge() throws {
        var report = AttemptReport(token: "t")
        report.childRuns = children(1)
        report.state = RunState(.completed, message: "", at: now, actor: "agent a1")
        let rest = try #require(instead(.tooLarge, report))
        #expect(rest.map(\.childRuns.count) == [0])
        #expect(rest.first?.records.first?.message.contains("1 child runs") == true)
        #expect(rest.first?.state?.type == .completed)
    }

    @Test func tooLargeReportOfTasksIsHalved() throws {
        let state = RunState(.completed, message: "", at: Timestamp(microseconds: 1), actor: "flow")
        let tasks = (0..<5).map { _ in TaskRun(id: .new(), flowRunID: .new(), name: "t", attempt: 1, state: state) }
        let halves = try #require(instead(.tooLarge, AttemptReport(token: "t", taskRuns: tasks)))
        #expect(halves.map(\.taskRuns.count) == [2, 3])
        #expect(halves.flatMap(\.taskRuns) == tasks)
    }

    @Test func tooLargeLineIsCutVisibly() throws {
        let cut = try #require(instead(.tooLarge, report(lines: 1, message: String(repeating: "x", count: 10_000))))
        let message = try #require(cut.first?.records.first?.message)
        let mark = "… (5000 of 10000 bytes cut, the controller takes no more)"
        #expect(message == String(repeating: "x", count: 5000) + mark)
    }

    @Test func refusedLinesGiveWayToARemarkAndTheEndIsKept() throws {
        let rest = try #require(instead(.refused(status: 400, "bad JSON"), report(lines: 3)))
        #expect(rest.first?.records.map(\.message) == ["the controller refused 3 lines: bad JSON"])
        #expect(rest.first?.state?.type == .completed)
        let again = try #require(rest.first)
        guard
            case .tryAgain = ReportRefusal.remedy(
                for: .refused(status: 400, "bad JSON"), of: again, attempt: 1, at: now)
        else {
            Issue.record("expected no remark about a remark")
            return
        }
    }

    @Test func refusedTasksGiveWayToARemarkAndTheEndIsKept() throws {
        var report = report(lines: 0)
        report.taskRuns = [
            TaskRun(
                id: .new(), flowRunID: .new(), name: "extract", attempt: 1,
                state: RunState(.running, message: "", at: now, actor: "flow"))
        ]
        let rest = try #require(instead(.refused(status: 422, "another run's"), report)?.first)
        #expect(rest.taskRuns.isEmpty)
        #expect(rest.records.map(\.message) == ["the controller refused 1 tasks and 0 child runs: another run's"])
        #expect(rest.records.map(\.attempt) == [1])
        #expect(rest.state?.type == .completed)
    }

    @Test func aReportThatIsRefusedWhateverIsLeftOutComesToAnEndUnlessItEndsTheRun() throws {
        for endsRun in [false, true] {
            var report = report(lines: 3)
            report.metrics = ["rows": .infinity]
            report.result = "x"
            if !endsRun { report.state = nil }
            var steps = 0
            while let rest = instead(.refused(status: 400, "no"), report)?.first, steps < 10 {
                report = rest
                steps += 1
            }
            #expect(steps == 2)
            #expect(report.metrics.isEmpty && report.result == nil)
            #expect(report.records.allSatisfy { $0.logger == "orch.refused" })
            #expect((instead(.refused(status: 400, "no"), report) == nil) == endsRun)
        }
    }

    @Test func anArtifactThatIsRefusedIsRemarkedOn() throws {
        var report = report(lines: 0)
        report.artifacts = (0..<3).map { number in
            ArtifactReport(
                flowRunID: .new(), sequence: Int64(number), at: now, key: "key-\(number)", type: "markdown", data: [:])
        }
        let halves = try #require(instead(.tooLarge, report))
        #expect(halves.map { $0.artifacts.map(\.key) } == [["key-0"], ["key-1", "key-2"]])
        #expect(halves.map { $0.termination == nil } == [true, false])
        report.artifacts.removeLast(2)
        let rest = try #require(instead(.refused(status: 422, "no"), report)?.first)
        #expect(rest.artifacts.isEmpty)
        #expect(rest.state == report.state)
        #expect(rest.records.last?.message.hasPrefix("the controller refused the artifact key-0: ") == true)
    }

    private func assets(_ count: Int) -> [AssetReport] {
        (0..<count).map { number in
            let record = AssetRecord(
                namespace: "file:///l", dataset: "d", uri: "file:///l/\(number)", version: "1", bytes: 1, sha256: "00")
            return AssetReport(flowRunID: .new(), at: now, record: record)
        }
    }

    @Test func tooManyAssetsAreHalvedAsWell() throws {
        var report = report(lines: 1)
        report.assets = assets(3)
        let halves = try #require(instead(.tooLarge, report))
        #expect(halves.map { $0.assets.map(\.record.uri) } == [["file:///l/0"], ["file:///l/1", "file:///l/2"]])
        #expect(halves.map(\.records.count) == [0, 1])
        #expect(halves.map { $0.state?.type } == [nil, .completed])
    }

    /// Were it sent for ever, its run would never end.
    @Test(arguments: [ControllerFault.tooLarge, .refused(status: 422, "another run's")])
    func anAssetThatIsNotTakenGivesWayToARemarkAndLinesStay(_ fault: ControllerFault) throws {
        var report = report(lines: 1)
        report.assets = assets(1)
        let rest = try #require(instead(fault, report)?.first)
        #expect(rest.assets.isEmpty)
        #expect(rest.records.map(\.logger) == [nil, "orch.refused"])
        #expect(rest.records.first?.message == "x")
        #expect(rest.records.last?.message.hasPrefix("the controller refused the asset file:///l/0: ") == true)
        #expect(rest.state?.type == .completed)
    }
}
