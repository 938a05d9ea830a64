import OrchModel
import Testing

@testable import OrchCLI

struct AgentStatusTests {
    private static let now = Timestamp(microseconds: 1_600_000_000_000_000)

    private static func status(
        running: Int = 0, seen seconds: Double = 1, left: Bool = false, drains: Bool = false, rests: Bool = false
    ) -> AgentStatus {
        let wish = AgentWish(by: "user admin", at: now)
        return AgentStatus(
            info: AgentInfo(name: "a1", host: "h", version: "0", queues: ["default"], engine: "1"),
            lastSeenAt: now - .seconds(seconds), running: running, drain: drains ? wish : nil,
            maintenance: rests ? wish : nil, leftAt: left ? now - .seconds(seconds) : nil)
    }

    @Test(
        "An agent's word says at once that its process has stopped, and of others what they do",
        arguments: [
            (status(), "online"), (status(seen: 61), "offline"), (status(left: true), "stopped"),
            (status(running: 2, left: true), "stopped"), (status(left: true, rests: true), "stopped"),
            (status(rests: true), "maintenance"), (status(running: 1, drains: true), "draining"),
            (status(left: true, drains: true), "drained"), (status(seen: 61, drains: true), "drained"),
            (status(running: 1, left: true, drains: true), "stopped"),
        ])
    func word(status: AgentStatus, word: String) {
        #expect(status.word(at: Self.now) == word)
    }

    @Test("Nobody waits for the runs of an agent whose process has stopped")
    func drainProblem() {
        #expect(Self.status(running: 2, drains: true).drainProblem == nil)
        #expect(Self.status(left: true, drains: true).drainProblem == nil)
        let problem = Self.status(running: 2, left: true, drains: true).drainProblem
        #expect(problem?.hasPrefix("a1 has stopped, and 2 of its runs have not ended: start it again") == true)
    }
}
