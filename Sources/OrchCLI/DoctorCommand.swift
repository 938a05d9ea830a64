import ArgumentParser
import DockerEngine
import OrchClient
import OrchModel

/// `orch doctor`.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks the API, agents, images, and whether a run's container can reach the API.",
        discussion: """
            Runs a short probe container through an agent of the queue.
            Exit codes: 0 all well, 1 something is wrong (each line says what to do).
            """)

    @Option(name: [.customShort("q"), .customLong("queue")], help: "The queue whose agent is asked.")
    var queue = "default"
    @Option(
        help: "An image to look at, and to run the probe in if it holds flows. Defaults to the newest deployed one.")
    var image: String?
    @OptionGroup var connection: Connection
    @OptionGroup var output: Output

    /// One thing that was looked at.
    struct Check: Encodable {
        /// How it stands.
        enum Result: String, Encodable {
            case ok, warning, failed, skipped
        }

        var name: String
        var result: Result
        var message: String
    }

    func run() async throws {
        let checks = await self.checks()
        try output.show(checks) { checks in
            checks.map { check in
                let mark = check.result.rawValue
                return mark + String(repeating: " ", count: 9 - mark.count) + "\(check.name): \(check.message)\n"
            }.joined()
        }
        if checks.contains(where: { $0.result == .failed }) { throw Ending(code: .failed) }
    }

    private func checks() async -> [Check] {
        var checks = [await localEngine()]
        let client: OrchClient
        do {
            client = try connection.client()
            let version = try await client.version()
            checks.append(Check(name: "API", result: .ok, message: "orch \(version.version) at \(client.url)"))
        } catch {
            return checks + [Check(name: "API", result: .failed, message: "\(error)")]
        }
        do {
            let agents = try await client.agents()
            let (agentCheck, isPolled) = try await agentCheck(client, agents: agents)
            checks.append(agentCheck)
            let deployments = try await client.deployments()
                .filter { $0.workQueue == queue && $0.infrastructure.kind == .docker }
            guard isPolled else { return checks }
            var answers: [String: AgentTaskAnswer] = [:]
            for image in Set(deployments.map(\.image) + [image].compactMap { $0 }).sorted() {
                let answer = try await client.ask(
                    AgentTaskRequest(queue: queue, question: .describeImage(reference: image)))
                answers[image] = answer
                checks.append(Self.check(image, answer))
            }
            checks.append(try await probe(client, in: Self.probedImage(image, answers, deployments)))
        } catch {
            checks.append(Check(name: "API", result: .failed, message: "\(error)"))
        }
        return checks
    }

    private func localEngine() async -> Check {
        do {
            let docker = try DockerClient(host: DockerHost.fromEnvironment())
            let version = try await docker.version()
            return Check(
                name: "Docker here", result: .ok, message: "Engine \(version.version) (API \(version.apiVersion))")
        } catch {
            // The engine that matters is the agent's; a command line may well have none.
            return Check(name: "Docker here", result: .warning, message: "\(error)")
        }
    }

    private func agentCheck(_ client: OrchClient, agents: [AgentStatus]) async throws -> (Check, isPolled: Bool) {
        let status = try await client.workQueue(queue)
        let polled = status.agents
        if let obstacle = status.obstacle {
            return (Check(name: "Agent", result: .failed, message: obstacle), false)
        }
        return Self.check(agents.map(\.info).filter { polled.contains($0.name) })
    }

    /// How the agents of the queue stand.
    static func check(_ agents: [AgentInfo]) -> (Check, isPolled: Bool) {
        let described = agents.map { agent in
            "\(agent.name) on \(agent.host) (orch \(agent.version), "
                + (agent.canStartRuns ? "engine: \(agent.engineText))" : "its Docker daemon does not answer)")
        }
        let isHealthy = agents.contains(where: \.canStartRuns)
        return (
            Check(name: "Agent", result: isHealthy ? .ok : .failed, message: described.joined(separator: "; ")),
            isHealthy
        )
    }

    /// What an agent's answer about an image means.
    static func check(_ image: String, _ answer: AgentTaskAnswer) -> Check {
        let name = "Image \(image)"
        switch answer {
        case .description(let description):
            return Check(
                name: name, result: .ok, message: "flows: \(description.flows.map(\.name).joined(separator: ", "))")
        case .noDescription:
            return Check(
                name: name, result: .ok,
                message: "describes no flows; as a command flow it is deployed with: orch deploy --infra docker "
                    + "--image \(image) -n NAME -- COMMAND")
        case .noImage:
            return Check(name: name, result: .failed, message: "is not on the agent's host; build or pull it there")
        case .failed(let message):
            return Check(name: name, result: .failed, message: message)
        case .probed, .pulling:
            return Check(name: name, result: .failed, message: "the agent misunderstood")
        }
    }

    /// The image that a probe is run in: the one asked for, or where that describes no flows, as the probe is a flow
    /// program's, the newest flow image of the queue's deployments. nil where there is none.
    ///
    /// - Parameters:
    ///   - image: the image asked for.
    ///   - answers: what the agent said of images.
    static func probedImage(
        _ image: String?, _ answers: [String: AgentTaskAnswer], _ deployments: [Deployment]
    ) -> String? {
        if let image {
            guard case .noDescription? = answers[image] else { return image }
        }
        return deployments.filter { $0.kind == .sdk }.max { $0.updatedAt < $1.updatedAt }?.image
    }

    private func probe(_ client: OrchClient, in image: String?) async throws -> Check {
        let name = "Container to API"
        guard let image else {
            return Check(
                name: name, result: .skipped,
                message: "it takes a flow image, and none is deployed to the queue yet; give one: --image IMAGE")
        }
        let question = AgentTask.Question.probe(image: image, container: DockerContainerBlock(), apiURL: "")
        let answer = try await client.ask(AgentTaskRequest(queue: queue, question: question))
        switch answer {
        case .probed(let probe):
            return Check(
                name: name, result: probe.reachable ? .ok : .failed, message: "\(probe.apiURL): \(probe.message)")
        case .failed(let message):
            return Check(name: name, result: .failed, message: message)
        case .noImage(let image, _):
            return Check(name: name, result: .failed, message: "the image \(image) is not on the agent's host")
        case .description, .noDescription, .pulling:
            return Check(name: name, result: .failed, message: "the agent misunderstood the question")
        }
    }
}
