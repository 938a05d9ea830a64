import FoundationEssentials
import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

@Suite(.timeLimit(.minutes(10)))
struct QuestionTests {
    private let description = ImageDescription(sdk: "0.1.0", program: "taxi", flows: [], deployments: [])

    private func answer(_ question: AgentTask.Question, _ prepare: (ScriptedEngine) throws -> Void) async throws
        -> (AgentTaskAnswer?, ScriptedEngine)
    {
        let said = OutputLine.out("GET http://orch:4200/api/health: 200")
        let bench = try AgentBench(["taxi": .init(lines: [said], end: .exit(0))])
        try prepare(bench.engine)
        try await bench.withAgent {
            bench.controller.queue(AgentTask(id: .fixed(7), question: question))
            try await bench.controller.until { !$0.answers.isEmpty }
        }
        return (bench.controller.answers.first, bench.engine)
    }

    @Test func descriptionIsReadWithoutStartingAnything() async throws {
        let (answer, engine) = try await answer(.describeImage(reference: "h:1")) {
            $0.put(file: Array(try JSONEncoder().encode(description)), image: "h:1")
        }
        #expect(answer == .description(description))
        #expect(!engine.calls.contains("start"))
        #expect(engine.containers.isEmpty)
    }

    @Test func ordinaryImageHasNone() async throws {
        let (answer, engine) = try await answer(.describeImage(reference: "h:1")) { _ in }
        #expect(answer == .noDescription(image: "h:1"))
        #expect(engine.containers.isEmpty)
    }

    @Test func missingImageNamesThoseThatAreHereNearestFirst() async throws {
        let (answer, _) = try await answer(.describeImage(reference: "taxo:latest")) {
            $0.change(image: "taxi:latest", isHere: true)
            $0.change(image: "a:1", isHere: true)
        }
        #expect(answer == .noImage(image: "taxo:latest", available: ["taxi:latest", "a:1", "h:1"]))
    }

    @Test func brokenDescriptionSaysHowToMakeIt() async throws {
        let (answer, engine) = try await answer(.describeImage(reference: "h:1")) {
            $0.put(file: Array("{".utf8), image: "h:1")
        }
        guard case .failed(let message) = answer else {
            Issue.record("expected a failure, got \(String(describing: answer))")
            return
        }
        #expect(message.contains("describe --json"))
        #expect(engine.containers.isEmpty)
    }

    @Test func newerProtocolIsRefused() async throws {
        var newer = description
        newer.orch = ImageDescription.protocolVersion + 1
        let (answer, _) = try await answer(.describeImage(reference: "h:1")) {
            $0.put(file: Array(try JSONEncoder().encode(newer)), image: "h:1")
        }
        guard case .failed(let message) = answer else {
            Issue.record("expected a failure, got \(String(describing: answer))")
            return
        }
        #expect(message.contains("update the agent"))
    }

    @Test func probeRunsTheImagesProgram() async throws {
        let question = AgentTask.Question.probe(
            image: "h:1", container: DockerContainerBlock(), apiURL: "http://orch:4200")
        let (answer, engine) = try await answer(question) {
            $0.put(file: Array(try JSONEncoder().encode(description)), image: "h:1")
        }
        #expect(
            answer
                == .probed(
                    ProbeResult(
                        reachable: true, apiURL: "http://orch:4200", message: "GET http://orch:4200/api/health: 200")))
        #expect(engine.containers.isEmpty)
    }
}
