import DockerEngine
import FoundationEssentials
import OrchClient
import OrchModel
import Synchronization
import Testing

/// Flows of an image that only a registry has, which wants a user.
@Suite(
    "deploying from a registry",
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .enabled(if: TestRegistry.isAvailable, "needs docker-registry and htpasswd (apache2-utils)"),
    .timeLimit(.minutes(15)), .serialized)
struct RegistryDeployTests {
    private let description = ImageDescription(
        sdk: "1", program: "taxi",
        flows: [
            FlowDescription(
                name: "etl", description: "", parameters: ParameterSchema([]), blocks: [],
                command: ["taxi", "run", "etl"])
        ], deployments: [])

    private func withRegistry(_ body: @escaping @Sendable (TestRegistry, LiveStack) async throws -> Void) async throws {
        let registry = try await TestRegistry.started()
        let outcome: Result<Void, any Error>
        do {
            let file = TarArchive.Entry(
                path: "etc/orch/describe.json", bytes: Array(try JSONEncoder().encode(description)))
            _ = try await registry.push(.init(repository: "flows", layer: try TarArchive([file]).encoded()))
            outcome = .success(
                try await LiveStack.with { stack in
                    try await stack.withAgent {
                        while try await stack.api.agents().allSatisfy({ $0.info.engine == nil }) {
                            try await Task.sleep(for: .milliseconds(20))
                        }
                        try await body(registry, stack)
                    }
                })
        } catch {
            outcome = .failure(error)
        }
        try registry.stop()
        try outcome.get()
    }

    /// What an agent says of the image, and what was heard meanwhile, as `orch deploy` asks.
    private func ask(
        _ image: String, _ infrastructure: Infrastructure, _ stack: LiveStack
    ) async throws -> (answer: AgentTaskAnswer, news: [String]) {
        let news = Mutex<[String]>([])
        let answer = try await stack.api.ask(
            AgentTaskRequest(
                queue: "default", question: .describeImage(reference: image, infrastructure: infrastructure))
        ) { text in news.withLock { $0.append(text) } }
        return (answer, news.withLock { $0 })
    }

    private func saveBlocks(
        _ registry: TestRegistry, password: String = TestRegistry.password, _ stack: LiveStack
    ) async throws {
        _ = try await stack.api.saveBlock(
            type: "docker-registry-credentials", name: "mine",
            values: [
                "registry_url": .string(registry.address), "username": .string(TestRegistry.username),
                "password": .string(password),
            ])
        _ = try await stack.api.saveBlock(
            type: "docker-container", name: "private", values: ["registry_credentials": "mine"])
    }

    @Test("the block's user has it pulled, and its flows are known")
    func pulledByTheBlocksUser() async throws {
        try await withRegistry { registry, stack in
            let image = "\(registry.address)/flows:1"
            try await saveBlocks(registry, stack)
            let (answer, news) = try await ask(image, Infrastructure(block: "private"), stack)
            guard case .description(let found) = answer else {
                Issue.record("expected a description, got \(answer)")
                return
            }
            #expect(found.flows == description.flows)
            #expect(news.first == "pulling \(image) as me at \(registry.address)")
            #expect(!news.joined().contains(TestRegistry.password))
            try await stack.bench.client.removeImage(image, force: true)
        }
    }

    @Test("without the block, with a wrong password, without a tag: each says what it is")
    func refused() async throws {
        try await withRegistry { registry, stack in
            let image = "\(registry.address)/flows:1"
            func refusal(_ image: String, _ infrastructure: Infrastructure) async throws -> String {
                let answer = try await ask(image, infrastructure, stack).answer
                guard case .failed(let message) = answer else { return "\(answer)" }
                #expect(message.hasPrefix("agent live: the image \(image) is not on this host and "))
                return message
            }
            let nobody = try await refusal(image, Infrastructure())
            #expect(nobody.contains("no basic auth credentials"), "\(nobody)")
            #expect(nobody.contains("docker-container.registry_credentials"), "\(nobody)")
            try await saveBlocks(registry, password: "wrong-canary", stack)
            let wrong = try await refusal(image, Infrastructure(block: "private"))
            #expect(wrong.contains("does not give it to me at \(registry.address)"), "\(wrong)")
            #expect(!wrong.contains("canary"))
            try await saveBlocks(registry, stack)
            let missing = try await refusal("\(registry.address)/flows:2", Infrastructure(block: "private"))
            #expect(missing.contains("no registry has it"), "\(missing)")
            let never = Infrastructure(block: "private", overrides: ["image_pull_policy": "never"])
            guard case .noImage = try await ask(image, never, stack).answer else {
                Issue.record("it was pulled though the policy is never")
                return
            }
        }
    }
}
