import FoundationEssentials
import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

/// What questions make on a host, and what becomes of it where an agent is killed meanwhile.
@Suite(.timeLimit(.minutes(10)))
struct QuestionLeftoversTests {
    private let description = ImageDescription(sdk: "0.1.0", program: "taxi", flows: [], deployments: [])
    private let probe = AgentTask(
        id: .fixed(7),
        question: .probe(image: "h:1", container: DockerContainerBlock(), apiURL: "http://orch:4200"))

    private func bench() throws -> AgentBench {
        let bench = try AgentBench(["taxi": .init(end: .runsOn)])
        bench.engine.put(file: Array(try JSONEncoder().encode(description)), image: "h:1")
        return bench
    }

    @Test func aQuestionThatIsHandedOutAgainIsAnsweredOnce() async throws {
        let bench = try bench()
        try await bench.withAgent {
            bench.controller.queue(probe)
            try await bench.engine.untilCalled("start", times: 1)
            bench.controller.queue(probe)
            bench.controller.queue(AgentTask(id: .fixed(8), question: .describeImage(reference: "h:1")))
            try await bench.controller.until { $0.answers.count == 1 }
            #expect(bench.engine.containers.count == 1)
            bench.engine.end(try #require(bench.engine.containers.first).spec.name, exitCode: 0)
            try await bench.controller.until { $0.answers.count == 2 }
        }
        #expect(bench.engine.containers.isEmpty)
        #expect(bench.engine.calls.count { $0 == "create" } == 3)
    }

    @Test func whatAQuestionMakesIsKnownByItsLabels() async throws {
        let bench = try bench()
        bench.controller.queue(probe)
        try await bench.withAgent {
            try await bench.engine.untilCalled("start", times: 1)
            let labels = try #require(bench.engine.containers.first).spec.labels
            let expected = [
                ContainerLabels.instance: "\(Identifier.fixed(2))", ContainerLabels.question: "\(probe.id)",
                ContainerLabels.agent: "a1",
            ]
            #expect(labels == expected)
        }
    }

    @Test(arguments: [
        (120, "a1", Reaping.Action.remove), (119, "a1", .keep), (10_000, "a2", .keep),
    ])
    func whatAQuestionLeftIsRemovedAfterAWhile(age: Int, agent: String, action: Reaping.Action) {
        let labels = [ContainerLabels.question: "\(Identifier.fixed(7))", ContainerLabels.agent: agent]
        let summary = ContainerSummary(
            id: "c", name: "n", labels: labels, status: .created, createdAt: Timestamp(microseconds: 0))
        let facts = Reaping.Facts(summary, isHeld: false, age: .seconds(age))
        #expect(Reaping.decision(facts, agents: ["a1"], grace: .seconds(60)).action == action)
    }
}
