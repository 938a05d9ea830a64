import OrchTesting
import Testing

@testable import Orch

struct FlowContextAssetTests {
    private let reporter = RecordingReporter()
    private let interval = DataInterval(
        start: Timestamp(microseconds: 1_593_561_600_000_000), end: Timestamp(microseconds: 1_596_240_000_000_000))
    private let record = AssetRecord(
        namespace: "file:///l", dataset: "green", uri: "file:///l/data/green/x.parquet", version: "1", rows: 3,
        bytes: 9,
        sha256: "00", source: "https://user:canary@host/x.csv?token=canary")

    private func context(_ interval: DataInterval?, child: Identifier? = nil) -> FlowContext {
        let services = RunServices(
            reporter: reporter, logLevel: .info, clock: ImmediateClock(), now: { Timestamp(microseconds: 5) },
            scratchRoot: "/nowhere")
        let id = child ?? Identifier.new()
        return FlowContext(
            runID: id, flowName: "flow", attempt: 1, parameters: [:], dataInterval: interval,
            blocks: FlowBlocks(variables: [:]), services: services, directory: Scratch(root: "/nowhere", run: id),
            childRun: child)
    }

    @Test func reportsWhatWasWrittenForItsIntervalWithoutSecrets() {
        let child = Identifier.new()
        context(interval, child: child).asset(record)
        var expected = record
        expected.source = "https://host/x.csv"
        expected.dataIntervalStart = interval.start
        expected.dataIntervalEnd = interval.end
        #expect(reporter.kinds == [.asset(.init(expected, flowRun: child))])
    }

    @Test func leavesAnIntervalOfTheAuthorsOwn() {
        var own = record
        own.source = nil
        own.dataIntervalStart = Timestamp(microseconds: 1)
        own.dataIntervalEnd = Timestamp(microseconds: 2)
        context(interval).asset(own)
        context(nil).asset(own)
        #expect(reporter.kinds == [.asset(.init(own)), .asset(.init(own))])
    }
}
