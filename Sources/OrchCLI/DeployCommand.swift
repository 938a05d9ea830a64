import ArgumentParser
import OrchClient
import OrchModel

/// `orch deploy`.
struct Deploy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Registers the flows and deployments that an image holds.",
        discussion: """
            Reads the image's own description through an agent, where the image will run. The same content again makes \
            no new version.

            Examples:
              orch deploy --infra docker --image taxi:latest
              orch deploy --infra docker --image taxi:latest --flow etl-web-to-gcs -n green-lake -p color=green
              orch deploy --infra docker/big --image taxi:latest -q nightly --retries 3 --retry-delay 60
              orch deploy --infra process --image ./taxi
              orch deploy --infra process -n hello -- echo "hello from a process"
              orch deploy --infra docker --image debian:bookworm-slim -n hello -- echo "hello from a container"
            """)

    @Option(
        help: "docker, or docker/BLOCK for another docker-container block than \"default\"; process, or process/BLOCK.")
    var infra = "docker"
    @Option(help: "The image: NAME[:TAG] or NAME@DIGEST. With --infra process, a program of the agent's host.")
    var image: String?
    @Option(name: .shortAndLong, help: "The deployment's name. Without it: the image's default deployments.")
    var name: String?
    @Option(help: "The flow, where the image holds several.") var flow: String?
    @Option(name: [.customShort("q"), .customLong("queue")], help: "The work queue.")
    var queue = "default"
    @Flag(name: .customLong("create-queue"), help: "Make the work queue where it does not exist.")
    var createsQueue = false
    @Option(
        name: [.customShort("p"), .customLong("param")], parsing: .singleValue,
        help: "A parameter's value for every run, KEY=VALUE. May be given again.")
    var parameters: [String] = []
    @Option(name: .customLong("tag"), parsing: .singleValue, help: "A tag. May be given again.") var tags: [String] = []
    @Option(help: "How long to wait for an agent's answer, in seconds.") var timeout = 60.0
    @Argument(parsing: .postTerminator, help: "After --: the command of an image without orch's SDK.")
    var command: [String] = []
    @OptionGroup(title: "Run policy") var policy: RunPolicyOptions
    @OptionGroup var connection: Connection
    @OptionGroup var output: Output

    func validate() throws {
        _ = try infrastructure()
        guard tags.allSatisfy(PlainText.isPlain) else { throw ValidationError("--tag: expected \(PlainText.expected)") }
        _ = try target()
    }

    func run() async throws {
        let client = try connection.client()
        if createsQueue { _ = try await client.createWorkQueue(WorkQueueRequest(name: queue, mayExist: true)) }
        let target = try target()
        let answer =
            if let question = target.question {
                try await client.ask(
                    AgentTaskRequest(
                        queue: queue, question: .describeImage(reference: question), waitSeconds: timeout))
            } else {
                AgentTaskAnswer.noDescription(image: target.image)
            }
        let plan = DeploymentPlan(
            image: target.image, name: name, flow: flow, queue: queue, assignments: parameters, tags: tags,
            command: command, infrastructure: try infrastructure())
        var replies: [DeploymentReply] = []
        for var request in try plan.requests(for: answer) {
            request.policy = try policy.policy(over: nil)
            replies.append(try await client.deploy(request))
        }
        try output.show(replies) { replies in
            replies.map { reply in
                "\(reply.deployment.fullName): \(reply.outcome.rawValue), version \(reply.deployment.version)\n"
            }.joined() + "Run one: orch run \(replies[0].deployment.name)\n"
        }
    }

    private func infrastructure() throws -> Infrastructure { try Self.infrastructure(infra) }

    /// What is deployed, and what an agent is asked of it.
    private func target() throws -> DeployTarget {
        try DeployTarget(image: image, command: command, isProcess: try infrastructure().kind == .process)
    }

    /// Reads `KIND` or `KIND/BLOCK`.
    ///
    /// - Throws: a usage message where it is neither.
    static func infrastructure(_ text: String) throws -> Infrastructure {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let kind = InfrastructureKind(rawValue: parts[0]), parts.count == 1 || !parts[1].isEmpty else {
            let kinds = InfrastructureKind.allCases.map(\.rawValue)
            let hint = NearestName.nearest(to: parts[0], in: kinds, limit: 1).first.map { "; did you mean \($0)?" } ?? ""
            throw ValidationError(
                "--infra: expected \(kinds.joined(separator: " or ")), or one of them with /BLOCK, got \"\(text)\"\(hint)")
        }
        return Infrastructure(type: kind.rawValue, block: parts.count == 2 ? parts[1] : nil)
    }
}
