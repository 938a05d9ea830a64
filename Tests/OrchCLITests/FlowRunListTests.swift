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
}
