import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

@Suite(.timeLimit(.minutes(10)))
struct ReapingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var labels: [String: String] = [:]
        var status = ContainerSnapshot.Status.exited
        var isHeld = false
        var age = 600
        var action: Reaping.Action
        var reason: String
    }

    private static let mine = [
        ContainerLabels.flowRunID: "\(Identifier.fixed(1))", ContainerLabels.attempt: "1", ContainerLabels.agent: "a1",
    ]

    @Test(arguments: [
        Row(testDescription: "old and of no use", action: .remove, reason: "no live attempt for 600 s"),
        Row(testDescription: "runs, of no use", status: .running, action: .remove, reason: "no live attempt for 600 s"),
        Row(testDescription: "created, of no use", status: .created, action: .remove, reason: "no live attempt"),
        Row(testDescription: "live", isHeld: true, action: .keep, reason: "its attempt is live"),
        Row(
            testDescription: "young", age: 599, action: .keep,
            reason: "no attempt needs it for 599 s, it is kept for 600 s"),
        Row(
            testDescription: "another agent's", labels: [ContainerLabels.agent: "a2"], action: .keep,
            reason: "it is the agent a2's"),
        Row(
            testDescription: "of an unknown agent", labels: [ContainerLabels.agent: ""], action: .keep, reason: "agent"),
        Row(
            testDescription: "of no attempt", labels: [ContainerLabels.attempt: "x"], action: .keep,
            reason: "its labels name no attempt"),
        Row(
            testDescription: "kept on purpose", labels: [ContainerLabels.removePolicy: "never"], action: .keep,
            reason: "its block's auto_remove is never"),
        Row(
            testDescription: "kept for its failure", labels: [ContainerLabels.removePolicy: "on_success"],
            action: .keep,
            reason: "its block's auto_remove is on_success"),
        Row(
            testDescription: "kept on purpose, yet runs", labels: [ContainerLabels.removePolicy: "never"],
            status: .running, action: .stop, reason: "no live attempt for 600 s, and it still runs"),
    ])
    func decides(_ row: Row) {
        let labels = Self.mine.merging(row.labels) { $1 }
        let summary = ContainerSummary(
            id: "c", name: "n", labels: labels, status: row.status, createdAt: Timestamp(microseconds: 0))
        let facts = Reaping.Facts(summary, isHeld: row.isHeld, age: .seconds(row.age))
        let decision = Reaping.decision(facts, agents: ["a1"], grace: .seconds(600))
        #expect(decision.action == row.action)
        #expect(decision.reason.contains(row.reason))
    }

    @Test(arguments: [
        ("never", 7 * 86_400, Reaping.Action.remove), ("never", 7 * 86_400 - 1, .keep),
        ("on_success", 7 * 86_400, .remove),
    ])
    func whatIsKeptOnPurposeIsKeptForAWhile(_ policy: String, _ ended: Int, _ action: Reaping.Action) {
        let labels = Self.mine.merging([ContainerLabels.removePolicy: policy]) { $1 }
        let summary = ContainerSummary(
            id: "c", name: "n", labels: labels, status: .exited, createdAt: Timestamp(microseconds: 0))
        let facts = Reaping.Facts(summary, isHeld: false, age: .seconds(600), ended: .seconds(ended))
        let decision = Reaping.decision(
            facts, agents: ["a1"], grace: .seconds(600), keeping: Reaping.defaultKeeping)
        #expect(decision.action == action)
        #expect(decision.reason.hasPrefix("its block's auto_remove is \(policy)"))
        #expect(Reaping.decision(facts, agents: ["a1"], grace: .seconds(600)).action == .keep)
    }

    @Test func anAgentRemovesWhatWasKeptLongEnoughAlsoAfterARestart() async throws {
        let bench = try AgentBench()
        let (old, young) = (
            ClaimedRun.sample { $0.container.autoRemove = .never },
            ClaimedRun.sample {
                $0.runID = .fixed(3)
                $0.container.autoRemove = .never
            }
        )
        try bench.engine.seed(old, status: .exited, finishedAt: Timestamp.now() + .seconds(-3600))
        try bench.engine.seed(young, status: .exited, finishedAt: .now())
        try await bench.withAgent {
            $0.reapGrace = .milliseconds(1)
            $0.reapInterval = .milliseconds(5)
            $0.keptFor = .seconds(1800)
        } _: {
            try await bench.engine.until { $0.count == 1 }
        }
        #expect(bench.engine.containers.map(\.spec.name) == [young.containerName])
    }

    @Test func containerWithoutAnAgentsNameIsLeftAlone() {
        var labels = Self.mine
        labels[ContainerLabels.agent] = nil
        let summary = ContainerSummary(
            id: "c", name: "n", labels: labels, status: .exited, createdAt: Timestamp(microseconds: 0))
        let facts = Reaping.Facts(summary, isHeld: false, age: .seconds(10_000))
        #expect(Reaping.decision(facts, agents: ["a1"], grace: .zero).action == .keep)
    }

    /// Three containers: a live one, one that nobody needs, another controller's.
    private func bench() throws -> (AgentBench, live: ClaimedRun, orphan: ClaimedRun, foreign: ClaimedRun) {
        let bench = try AgentBench(["hello": .init(end: .runsOn)])
        let live = ClaimedRun.sample()
        let orphan = ClaimedRun.sample { $0.runID = .fixed(3) }
        let foreign = ClaimedRun.sample {
            $0.runID = .fixed(4)
            $0.instance = .fixed(9)
        }
        try bench.engine.seed(live, status: .running)
        try bench.engine.seed(orphan, status: .running)
        try bench.engine.seed(foreign, status: .running)
        bench.controller.hold(live)
        return (bench, live, orphan, foreign)
    }

    @Test func agentRemovesWhatNobodyNeedsAndNothingElse() async throws {
        let (bench, live, orphan, foreign) = try bench()
        try await bench.withAgent {
            $0.reapGrace = .milliseconds(1)
            $0.reapInterval = .milliseconds(5)
        } _: {
            try await bench.engine.until { [name = orphan.containerName] in !$0.contains { $0.spec.name == name } }
            // A few passes more.
            let passes = bench.engine.calls.filter { $0 == "list" }.count
            try await bench.engine.untilCalled("list", times: passes + 3)
        }
        let left = Set(bench.engine.containers.map(\.spec.name))
        #expect(left == [live.containerName, foreign.containerName])
    }

    @Test func agentKeepsWhatNobodyNeedsForItsGrace() async throws {
        let (bench, _, _, _) = try bench()
        try await bench.withAgent {
            $0.reapGrace = .seconds(3600)
            $0.reapInterval = .milliseconds(5)
        } _: {
            try await bench.engine.untilCalled("list", times: 5)
        }
        #expect(bench.engine.containers.count == 3)
    }

    @Test func nothingIsReapedBeforeAttemptsWereComparedWithContainers() async throws {
        let (bench, _, _, _) = try bench()
        bench.controller.setAway(true)
        try await bench.withAgent {
            $0.reapGrace = .milliseconds(1)
            $0.reapInterval = .milliseconds(1)
        } _: {
            try await bench.engine.untilCalled("facts", times: 5)
        }
        #expect(bench.engine.containers.count == 3)
        #expect(!bench.engine.calls.contains("list"))
    }

    @Test func passOverAllAgentsAsksForTheAttemptsOfEach() async throws {
        let (bench, live, orphan, _) = try bench()
        let other = ClaimedRun.sample { $0.runID = .fixed(5) }
        try bench.engine.seed(
            other, status: .exited, agent: "a2", finishedAt: Timestamp(microseconds: 1_000_000))
        let pass = ReapingPass(engine: bench.engine, api: bench.controller, grace: .seconds(60))
        let now = Timestamp(microseconds: 30_000_000)
        let decisions = try await pass.decisions { _, since in now - since }
        let actions = Dictionary(uniqueKeysWithValues: decisions.map { ($0.container.runID, $0.action) })
        // Neither is old enough: the one is 30 s old, the other ended 29 s ago.
        #expect(actions == [live.runID: .keep, orphan.runID: .keep, other.runID: .keep])
        let later = Timestamp(microseconds: 61_000_000)
        let then = try await pass.decisions { _, since in later - since }
        #expect(Set(then.filter { $0.action == .remove }.map(\.container.runID)) == [orphan.runID, other.runID])
        for decision in then { try await pass.carryOut(decision) }
        #expect(
            bench.engine.containers.filter { $0.spec.labels[ContainerLabels.instance] == "\(live.instance)" }.count == 1
        )
    }

    @Test func runThatEndsAfterDaysLeavesNothingThatIsOldAtOnce() {
        let memory = OrphanMemory()
        let day = Int64(86_400_000_000)
        #expect(memory.age(of: "c", since: Timestamp(microseconds: 0), now: Timestamp(microseconds: day)) == .zero)
        let later = Timestamp(microseconds: day + 5_000_000)
        #expect(memory.age(of: "c", since: Timestamp(microseconds: 0), now: later) == .seconds(5))
        memory.keep(only: [])
        #expect(memory.age(of: "c", since: Timestamp(microseconds: 0), now: later) == .zero)
    }
}
