import FoundationEssentials
import OrchModel
import Testing

struct RunPolicyTests {
    private let failed = RunState(.failed, message: "exit 3", at: Timestamp(microseconds: 0), actor: "agent a1")

    private func state(_ type: StateType, name: String? = nil) -> RunState {
        RunState(type, name: name, message: "", at: Timestamp(microseconds: 0), actor: "agent a1")
    }

    private func sequel(_ policy: RunPolicy, _ state: RunState, exit: Int? = nil, attempt: Int = 1) -> RunPolicy.Sequel
    {
        policy.sequel(of: state, Termination(exitCode: exit), attempt: attempt, chance: 0.5)
    }

    @Test func noPolicyRetriesNothing() {
        #expect(sequel(RunPolicy(), failed) == .end)
    }

    @Test func retriesAsOftenAsItSays() {
        let policy = RunPolicy(retries: 2)
        #expect(
            (1...4).map { sequel(policy, failed, attempt: $0) } == [
                .retry(afterSeconds: 0), .retry(afterSeconds: 0), .end, .end,
            ])
    }

    @Test func theDelayGrowsToItsLimit() {
        let policy = RunPolicy(retries: 9, retryDelaySeconds: 10, retryBackoff: 3, retryMaxDelaySeconds: 100)
        #expect(
            (1...5).map { sequel(policy, failed, attempt: $0) }
                == [10, 30, 90, 100, 100].map { .retry(afterSeconds: $0) })
    }

    @Test func jitterIsAShareOfTheLimitedDelay() {
        let policy = RunPolicy(retries: 1, retryDelaySeconds: 60, retryMaxDelaySeconds: 10, retryJitter: true)
        #expect(sequel(policy, failed) == .retry(afterSeconds: 5))
    }

    @Test(arguments: [
        (StateType.completed, false), (.cancelled, false), (.failed, true), (.crashed, true), (.running, false),
    ])
    func onlyWhatWentWrongIsRepeated(type: StateType, isRepeated: Bool) {
        #expect((sequel(RunPolicy(retries: 1), state(type)) != .end) == isRepeated)
    }

    @Test(arguments: [
        ([RetryCause.exitCode(75)], 75, true), ([.exitCode(75)], 1, false), ([.crashed], 75, false),
        ([.crashed, .exitCode(75)], 75, true),
    ])
    func exitCodesAreCauses(causes: [RetryCause], exit: Int, isRepeated: Bool) {
        #expect((sequel(RunPolicy(retries: 1, retryOn: Set(causes)), failed, exit: exit) != .end) == isRepeated)
    }

    @Test func outOfMemoryAndTimeAreCausesOfTheirOwn() {
        let memory = RunPolicy(retries: 1, retryOn: [.outOfMemory])
        let time = RunPolicy(retries: 1, retryOn: [.timedOut])
        let killed = Termination(exitCode: 137, signal: 9, oom: .likely)
        #expect(memory.sequel(of: state(.crashed), killed, attempt: 1, chance: 0) == .retry(afterSeconds: 0))
        #expect(sequel(memory, state(.crashed), exit: 137) == .end)
        #expect(sequel(time, state(.failed, name: RunState.timedOutName)) == .retry(afterSeconds: 0))
        #expect(sequel(time, failed) == .end)
    }

    @Test func theChanceOfAnAttemptIsFixedAndSpread() {
        let chances = (0..<1000).map { _ in RunPolicy.chance(run: .new(), attempt: 1) }
        #expect(chances.allSatisfy { (0..<1).contains($0) })
        for tenth in 0..<10 {
            let count = chances.count { Int($0 * 10) == tenth }
            #expect((50...160).contains(count), "the tenth \(tenth) has \(count) of 1000")
        }
        let run = Identifier.new()
        #expect(RunPolicy.chance(run: run, attempt: 2) == RunPolicy.chance(run: run, attempt: 2))
        #expect(RunPolicy.chance(run: run, attempt: 2) != RunPolicy.chance(run: run, attempt: 3))
    }

    @Test func whatIsMissingHasItsDefault() throws {
        let read = try JSONDecoder().decode(
            RunPolicy.self, from: Data(#"{"retries":2,"retryOn":["crashed","75"]}"#.utf8))
        #expect(read == RunPolicy(retries: 2, retryOn: [.crashed, .exitCode(75)]))
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(RunPolicy.self, from: Data(#"{"retryOn":["often"]}"#.utf8))
        }
    }

    @Test func problemsNameTheSettingAndWhatIsExpected() {
        #expect(RunPolicy().problems.isEmpty)
        let policy = RunPolicy(
            retries: -1, retryDelaySeconds: .nan, retryBackoff: 0.5, retryMaxDelaySeconds: -1, retryOn: [],
            timeoutSeconds: 0, stopGraceSeconds: -1)
        #expect(
            policy.problems.map { $0.prefix { $0 != ":" } } == [
                "retries", "retryDelaySeconds", "retryBackoff", "retryMaxDelaySeconds", "retryOn", "timeoutSeconds",
                "stopGraceSeconds",
            ])
        #expect(RunPolicy(retries: 2000).problems == ["retries: expected 0 to 1000, got 2000"])
    }
}
