import OrchModel
import Testing

@testable import OrchCLI

struct AgentTextTests {
    private static func status(engine: String?, _ kinds: [String]?) -> AgentStatus {
        let info = AgentInfo(
            name: "a1", host: "h", version: "0", queues: ["default"], engine: engine, infrastructures: kinds)
        return AgentStatus(info: info, lastSeenAt: Timestamp(microseconds: 0), running: 0)
    }

    @Test(
        "All that an agent starts runs with is shown",
        arguments: [
            ("20.10.24", ["docker", "process"], "20.10.24, process"), ("6.1.0", ["process"], "process"),
            ("20.10.24", nil, "20.10.24"), (nil, [], "unreachable"), (nil, nil, "unreachable"),
        ] as [(String?, [String]?, String)])
    func engines(engine: String?, kinds: [String]?, shown: String) {
        let agent = Self.status(engine: engine, kinds)
        let now = Timestamp(microseconds: 0)
        let table = AgentTable(agents: [agent], now: now).text.split(separator: "\n")
        #expect(table.last?.contains("  \(shown)  0  ") == true, "\(table)")
        #expect(AgentFacts(agent: agent, now: now).text.contains(" \(shown)\n"))
        let check = Doctor.check([agent.info])
        #expect(check.isPolled == (shown != "unreachable"))
        #expect(check.0.message.contains(check.isPolled ? "engine: \(shown))" : "does not answer"))
    }

    @Test("In lists an agent's labels tell what it starts runs with")
    func labels() {
        var info = Self.status(engine: "20.10.24", nil).info
        info.labels = ["infrastructure": ["docker", "process"]]
        #expect(info.engineText == "20.10.24, process")
        (info.engine, info.labels) = ("processes", ["infrastructure": ["process"]])
        #expect(info.engineText == "process" && info.canStartRuns)
    }

    @Test("What is wrong with an agent is one of its facts")
    func remarks() {
        let agent = Self.status(engine: "1", nil)
        let facts = AgentFacts(agent: agent, now: Timestamp(microseconds: 0), remarks: ["one", "two"]).text
        #expect(facts.contains("one; two\n") && facts.contains("\nWarning:"))
    }
}
