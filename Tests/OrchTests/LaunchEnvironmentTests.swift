import Testing

@testable import Orch

struct LaunchEnvironmentTests {
    private let run = "01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11"

    @Test func isARunByHandUnlessAllThreeAreThere() throws {
        let all = ["ORCH_FLOW_RUN_ID": run, "ORCH_API_KEY": "key", "ORCH_ATTEMPT": "2"]
        let attempt = try #require(try LaunchEnvironment(all).attempt)
        #expect(attempt.flowRun.description == run)
        #expect(attempt.number == 2)
        #expect(attempt.apiKey.reveal() == "key")
        for name in all.keys {
            #expect(try LaunchEnvironment(all.filter { $0.key != name }).attempt == nil)
        }
    }

    @Test(arguments: [
        ["ORCH_FLOW_RUN_ID": "x", "ORCH_API_KEY": "key", "ORCH_ATTEMPT": "1"],
        ["ORCH_FLOW_RUN_ID": "01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11", "ORCH_API_KEY": "key", "ORCH_ATTEMPT": "0"],
        ["ORCH_PARAMETERS": "[1]"], ["ORCH_PARAMETERS": "{"], ["ORCH_DATA_INTERVAL_START": "today"],
        ["ORCH_LOG_LEVEL": "loud"],
    ])
    func refusesWhatItCannotRead(variables: [String: String]) {
        #expect(throws: OrchError.self) { try LaunchEnvironment(variables) }
    }

    @Test func readsLevelsAndIntervals() throws {
        let launch = try LaunchEnvironment([
            "ORCH_LOG_LEVEL": "Debug", "ORCH_DATA_INTERVAL_START": "2020-07-01T00:00:00Z",
            "ORCH_DATA_INTERVAL_END": "2020-08-01T00:00:00Z", "ORCH_PARAMETERS": "",
        ])
        #expect(launch.logLevel == .debug)
        #expect(launch.dataInterval?.end == Timestamp("2020-08-01T00:00:00Z"))
        #expect(launch.parameters.isEmpty)
    }
}
