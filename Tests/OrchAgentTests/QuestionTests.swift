import FoundationEssentials
import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

@Suite(.timeLimit(.minutes(10)))
struct QuestionTests {
    private let description = ImageDescription(sdk: "0.1.0", program: "taxi", flows: [], deployments: [])

    private func answer(
        _ question: AgentTask.Question, pull: ImagePull? = nil, _ prepare: (ScriptedEngine) throws -> Void
    ) async throws -> (AgentTaskAnswer?, ScriptedEngine) {
        let said = OutputLine.out("GET http://orch:4200/api/health: 200")
        let bench = try AgentBench(["taxi": .init(lines: [said], end: .exit(0))])
        try prepare(bench.engine)
        try await bench.withAgent {
            bench.controller.queue(AgentTask(id: .fixed(7), question: question, pull: pull))
            try await bench.controller.until { $0.answers.contains { !$0.isNews } }
        }
        return (bench.controller.answers.last, bench.engine)
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

    private static let login = RegistryLogin(registry: "registry.example.org", username: "me", password: "pw-canary")

    private func pull(_ policy: DockerContainerBlock.PullPolicy?) -> ImagePull {
        var block = DockerContainerBlock()
        block.imagePullPolicy = policy
        return ImagePull(block, login: Self.login)
    }

    @Test("an image that only its registry has is pulled by the block's user before it is read")
    func pulledFirst() async throws {
        let image = "registry.example.org/taxi:1"
        let (answer, engine) = try await answer(.describeImage(reference: image), pull: pull(nil)) {
            $0.offer(image: image)
            $0.put(file: Array(try JSONEncoder().encode(description)), image: image)
            $0.change(image: image, isHere: false)
        }
        #expect(answer == .description(description))
        #expect(engine.logins == [Self.login])
        #expect(engine.containers.isEmpty)
    }

    @Test(
        "an image that is here is pulled by the policy always alone",
        arguments: [nil, .never, .always] as [DockerContainerBlock.PullPolicy?])
    func pulledByPolicy(policy: DockerContainerBlock.PullPolicy?) async throws {
        let (answer, engine) = try await answer(.describeImage(reference: "h:1"), pull: pull(policy)) {
            $0.offer(image: "h:1")
            $0.put(file: Array(try JSONEncoder().encode(description)), image: "h:1")
        }
        #expect(answer == .description(description))
        #expect(engine.calls.contains("pull") == (policy == .always))
        // The login is another registry's.
        #expect(engine.logins == (policy == .always ? [nil] : []))
    }

    @Test func theNeverPolicyPullsNothing() async throws {
        let (answer, engine) = try await answer(.describeImage(reference: "taxi:1"), pull: pull(.never)) { _ in }
        #expect(answer == .noImage(image: "taxi:1", available: ["h:1"]))
        #expect(!engine.calls.contains("pull"))
    }

    @Test("what keeps an image from being pulled is the answer, with the images that are here and no password")
    func unreachableRegistry() async throws {
        let (answer, _) = try await answer(
            .describeImage(reference: "registry.example.org/taxi:1"), pull: pull(nil)
        ) { _ in }
        guard case .failed(let message) = answer else {
            Issue.record("expected a failure, got \(String(describing: answer))")
            return
        }
        #expect(message.contains("its registry could not be reached"))
        #expect(message.hasSuffix("\n  Images there: h:1"))
        #expect(!message.contains("canary"))
    }

    @Test("whoever asked is told of the pull at once; where nobody waits any more, it is given up")
    func nobodyWaits() async throws {
        let bench = try AgentBench([:])
        bench.engine.offer(image: "taxi:1")
        try await bench.withAgent {
            bench.controller.forgetQuestions()
            bench.controller.queue(
                AgentTask(id: .fixed(7), question: .describeImage(reference: "taxi:1"), pull: pull(nil)))
            try await bench.controller.until { $0.answers.contains { !$0.isNews } }
        }
        guard case .failed(let message) = bench.controller.answers.last else {
            Issue.record("expected a failure, got \(bench.controller.answers)")
            return
        }
        #expect(message.contains("nobody waited for it"))
        #expect(!bench.engine.calls.contains("pull"))
    }
}
