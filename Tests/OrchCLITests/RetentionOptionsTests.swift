import ArgumentParser
import OrchModel
import Testing

@testable import OrchCLI

struct RetentionOptionsTests {
    @Test func withoutAnyThereAreDefaults() throws {
        #expect(try RetentionOptions.parse([]).policy(environment: [:]) == RetentionPolicy())
        #expect(RetentionPolicy().logSeconds == 2_592_000)
    }

    @Test func optionsComeBeforeTheEnvironment() throws {
        let options = try RetentionOptions.parse([
            "--remove-logs-after", "12h", "--max-runs-per-deployment", "5", "--max-log-size", "500m",
        ])
        let policy = try options.policy(environment: [
            "ORCH_REMOVE_LOGS_AFTER": "1d", "ORCH_REMOVE_RUNS_AFTER": "2w", "ORCH_REMOVE_AGENTS_AFTER": "",
        ])
        #expect(
            policy
                == RetentionPolicy(
                    logSeconds: 43_200, runSeconds: 14 * 86_400, runsPerDeployment: 5, logBytes: 500 << 20))
    }

    @Test(arguments: ["0", "never", "NEVER"])
    func eachIsSwitchedOff(word: String) throws {
        let options = try RetentionOptions.parse([
            "--remove-logs-after", word, "--remove-runs-after", word, "--max-runs-per-deployment", word,
            "--max-log-size", word, "--remove-agents-after", word, "--max-cache-size", word,
        ])
        #expect(
            try options.policy(environment: [:])
                == RetentionPolicy(
                    logSeconds: nil, runSeconds: nil, runsPerDeployment: nil, logBytes: nil, agentSeconds: nil,
                    resultBytes: nil))
    }

    @Test(arguments: [
        ["--remove-logs-after", "30"], ["--remove-logs-after", "1y"], ["--remove-runs-after", "d"],
        ["--remove-runs-after", "soon"], ["--max-runs-per-deployment", "many"], ["--max-runs-per-deployment", "1.5"],
        ["--max-log-size", "10q"], ["--max-log-size", "10"], ["--remove-agents-after", "99999999999999w"],
    ])
    func whatCannotBeReadIsRefusedWithWhatWasExpected(arguments: [String]) throws {
        let error = #expect(throws: (any Error).self) { try RetentionOptions.parse(arguments) }
        let message = RetentionOptions.message(for: try #require(error))
        #expect(message.contains("\(arguments[0]): expected ") && message.contains("got \"\(arguments[1])\""))
    }

    @Test func theEnvironmentIsNamedWhereItIsAtFault() throws {
        let options = try RetentionOptions.parse([])
        let error = #expect(throws: ValidationError.self) {
            try options.policy(environment: ["ORCH_MAX_LOG_SIZE": "much"])
        }
        #expect(
            error?.message
                == "$ORCH_MAX_LOG_SIZE: expected a size of 1m or more, such as 500m or 10g, or 0 for no limit, got \"much\""
        )
    }
}
