import ArgumentParser
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

    @Test func aStateThatThereIsNotIsRefusedWithTheNearest() {
        let error = #expect(throws: (any Error).self) { try FlowRuns.List.parse(["--state", "timdout"]) }
        #expect(error.map { FlowRuns.List.message(for: $0).contains("did you mean timedout?") } == true)
    }
}
