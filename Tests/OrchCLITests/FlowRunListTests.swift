import ArgumentParser
import OrchModel
import Testing

@testable import OrchCLI

struct FlowRunListTests {
    @Test func aNameThatIsNoneIsToldWithTheNearestOneAndIsAUsageError() {
        let names: Set<String> = ["docker-flow", "other"]
        let near = FlowRuns.List.unknown("deployment", "dokcer-flow", among: names)
        #expect(near.text == "there is no deployment \"dokcer-flow\"; did you mean docker-flow?")
        #expect(near.code == .usage)
        #expect(FlowRuns.List.unknown("flow", "xyz", among: names).text == "there is no flow \"xyz\"")
    }

    @Test(arguments: ["failed", "Late", "TIMEDOUT", "Suspended"]) func aStateIsATypeOrANarrowerName(state: String)
        throws
    {
        #expect(try FlowRuns.List.parse(["--state", state]).state == state)
    }

    @Test func prefectsWordsAreTaken() throws {
        let list = try FlowRuns.List.parse(["--flow-name", "etl", "--state-type", "FAILED"])
        #expect(list.flow == "etl" && list.state == "FAILED")
    }

    @Test func runsOfAScheduleHaveTheirSlotsAndThoseOfABackfillTheirData() throws {
        var run = Sample.run
        let slot = try #require(ScheduleSlot("2020-07-02T07:00/0"))
        run.schedule = ScheduledSlot(scheduleID: .new(), slug: "monthly", slot: slot)
        run.dataInterval = DataInterval("2020-07-01/2020-08-01")
        let now = Timestamp(microseconds: 0)
        func row(_ arguments: [String]) throws -> [String: String] {
            let table = try FlowRuns.List.parse(arguments).table([run], at: now)
            return Dictionary(zip(table.header, table.rows[0])) { first, _ in first }
        }
        #expect(try row(["--schedule", "x/monthly"])["SLOT"] == "2020-07-02T07:00")
        let ofBackfill = try row(["--backfill", "4f2b9c11"])
        #expect(ofBackfill["DATA FROM"] == "2020-07-01 00:00:00" && ofBackfill["DATA TO"] == "2020-08-01 00:00:00")
        let usual = try row([])
        #expect(usual["SLOT"] == nil && usual["DATA FROM"] == nil && usual["NAME"] == "run")
    }

    @Test func aStateThatThereIsNotIsRefusedWithTheNearest() {
        let error = #expect(throws: (any Error).self) { try FlowRuns.List.parse(["--state", "timdout"]) }
        #expect(error.map { FlowRuns.List.message(for: $0).contains("did you mean timedout?") } == true)
    }
}
