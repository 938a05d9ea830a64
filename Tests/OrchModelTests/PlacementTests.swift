import OrchModel
import Testing

struct PlacementTests {
    private static let host: [String: JSONValue] = [
        "gpu": true, "zone": "eu", "cpus": 8, "memory": 17_179_869_184, "infrastructure": ["docker", "process"],
    ]

    @Test(
        "An agent has what a run asks for where each label fits",
        arguments: [
            ([:], true), (["gpu": true], true), (["gpu": false], false), (["zone": "eu", "gpu": true], true),
            (["zone": "us"], false), (["zone": ["us", "eu"]], true), (["cpus": 4], true), (["cpus": 8], true),
            (["cpus": 9], false), (["memory": "16g"], true), (["memory": "17g"], false),
            (["infrastructure": "process"], true), (["infrastructure": "swarm"], false), (["disk": "ssd"], false),
        ] as [([String: JSONValue], Bool)])
    func fits(requires: [String: JSONValue], isMet: Bool) {
        #expect(Placement(requires).fits(Self.host) == isMet)
        #expect(Placement(requires).unmet(by: Self.host).isEmpty == isMet)
    }

    @Test(
        "What names no infrastructure needs a container engine, which an agent has that does not say",
        arguments: [
            (nil, ["docker", "process"], true), (nil, ["process"], false), (nil, nil, true),
            (["arch": "arm64"], ["process"], false), (["arch": "arm64"], ["docker"], true),
            (["infrastructure": "process"], ["process"], true), (["infrastructure": "process"], nil, false),
        ] as [([String: JSONValue]?, JSONValue?, Bool)])
    func needsAnEngine(requires: [String: JSONValue]?, infrastructure: JSONValue?, isMet: Bool) {
        var labels: [String: JSONValue] = ["arch": "arm64"]
        labels["infrastructure"] = infrastructure
        #expect(Placement(requires).isMet(by: labels) == isMet)
    }

    @Test("Its text is the same for equal demands, says all of it, and is empty for none")
    func text() throws {
        let placement = Placement(["zone": "eu", "gpu": true])
        #expect(placement.text == #"{"gpu":true,"zone":"eu"}"#)
        #expect(Placement(text: placement.text) == placement)
        #expect(Placement(nil).text.isEmpty)
        #expect(Placement(text: "")?.isAnywhere == true)
        #expect(Placement(text: "[1]") == nil)
        #expect(placement.description == "gpu=true, zone=eu")
    }

    @Test("What nobody can have is a problem that names the demand")
    func problems() {
        #expect(Placement(["gpu": true, "zone": "eu"]).problems.isEmpty)
        #expect(
            Placement(["gpu": ["a": 1]]).problems.first?.hasPrefix("requires.gpu: expected a text, a number") == true)
        #expect(Placement(["z": []]).problems.count == 1)
        #expect(Placement(["": 1]).problems.count == 1)
    }

    @Test(
        "A demand that no host can ever meet is a problem that says what was expected",
        arguments: [
            ("memory", "lots", "requires.memory: expected how much at least, in bytes or such as 8g, got \"lots\""),
            ("memory", true, "requires.memory: expected how much"),
            ("memory", -1, "requires.memory: expected how much"),
            ("cpus", "many", "requires.cpus: expected how many processors"),
            ("os", "windows", "requires.os: expected linux or darwin, got \"windows\""),
            ("arch", "x86_64", "requires.arch: expected amd64 or arm64"), ("arch", 64, "requires.arch: expected amd64"),
            ("arch", ["arm64", "riscv"], "requires.arch: expected amd64 or arm64, got \"riscv\""),
            ("infrastructure", "kubernetes", "requires.infrastructure: expected docker or process"),
        ] as [(String, JSONValue, String)])
    func impossible(name: String, value: JSONValue, problem: String) {
        #expect(Placement([name: value]).problems.first?.hasPrefix(problem) == true)
    }

    @Test(
        "What hosts have may be asked for",
        arguments: [
            ("memory", "8g"), ("memory", 1_000_000), ("memory", 1.5e9), ("cpus", 4), ("cpus", "4"), ("os", "linux"),
            ("arch", ["amd64", "arm64"]), ("infrastructure", "process"), ("zone", "windows"),
        ] as [(String, JSONValue)])
    func possible(name: String, value: JSONValue) {
        #expect(Placement([name: value]).problems.isEmpty)
    }
}

struct AgentLabelsTests {
    @Test("Labels are what they look like, and the last one of a name counts")
    func reads() throws {
        let labels = try AgentLabels.read(["zone=eu", "gpu=true", "cards=8", "ratio=0.5", "note=a=b", "zone=us", "v="])
        #expect(
            labels == ["zone": "us", "gpu": true, "cards": 8, "ratio": 0.5, "note": "a=b", "v": ""]
                as [String: JSONValue])
    }

    @Test("What is no label is refused with what was expected", arguments: ["gpu", "=x", "a\u{1}=1"])
    func refuses(text: String) {
        #expect(throws: AgentLabels.Unreadable.self) { try AgentLabels.read([text]) }
    }

    @Test("What an agent says of its host is no label to give it", arguments: HostFact.allCases)
    func hostFacts(fact: HostFact) {
        let error = #expect(throws: AgentLabels.Unreadable.self) { try AgentLabels.read(["zone=eu", "\(fact)=8"]) }
        #expect(error?.description.hasPrefix("\"\(fact)=8\": the agent says itself what its host has") == true)
    }
}

struct LimitKeyTests {
    @Test(
        "A key reads what it says",
        arguments: [.global, .queue("q:1"), .tag("etl"), .deployment("d"), .backfill("b"), .schedule("s")] as [LimitKey]
    )
    func roundTrip(key: LimitKey) throws {
        #expect(LimitKey(key.description) == key)
        #expect(try JSONValue(encoding: key).decode(LimitKey.self) == key)
    }

    @Test("What is no key is none", arguments: ["", "tag:", "tag", "past:x", "globals"])
    func refuses(text: String) {
        #expect(LimitKey(text) == nil)
    }
}

struct WorkQueueRulesTests {
    @Test("A misspelt name is answered with the nearest, and with how to make one")
    func unknown() {
        let text = WorkQueueRules.unknown("deafult", known: ["default", "nightly"])
        #expect(text.contains("did you mean \"default\"?"))
        #expect(text.contains("orch work-queue create deafult"))
    }

    @Test(
        "Names that would be patterns, paths, options or words of a shell are refused with what is allowed",
        arguments: [
            "", "a/b", "etl-*", "q?", "a\nb", "my queue", "my queue; rm -rf", "$HOME", "`id`", "-q", ".", "a\u{200D}b",
            String(repeating: "q", count: 201),
        ])
    func names(name: String) {
        #expect(WorkQueueRules.problem(name: name)?.contains("expected") == true)
        #expect(!WorkQueueRules.unknown(name, known: []).contains("work-queue create"))
    }

    @Test(
        "Letters of any script, digits and some signs make names",
        arguments: ["etl-1", "a.b_c:d@e+f", "_x", "1", "größe", "夜間"])
    func goodNames(name: String) {
        #expect(WorkQueueRules.problem(name: name) == nil)
    }

    @Test("A queue's health is a word for what holds its runs back")
    func health() {
        let now = Timestamp(microseconds: 1_600_000_000_000_000)
        var queue = WorkQueueStatus(name: "q", waiting: 0, agents: [], lastPolledAt: nil)
        #expect(queue.health(at: now) == .notPolled)
        #expect(queue.obstacle?.contains("no agent is polling the queue \"q\"") == true)
        queue.agents = ["a1"]
        #expect(queue.health(at: now) == .healthy)
        #expect(queue.obstacle == nil)
        queue.oldestDue = now - .seconds(16)
        #expect(queue.health(at: now) == .late)
        queue.limit = 0
        #expect(queue.obstacle?.contains("set-limit q") == true)
        (queue.pausedAt, queue.pausedBy) = (now, "user admin")
        #expect(queue.health(at: now) == .paused)
        #expect(queue.obstacle?.contains("orch work-queue resume q") == true)
    }
}
