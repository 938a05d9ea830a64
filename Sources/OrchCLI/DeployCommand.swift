import ArgumentParser
import DeploymentFiles
import OrchClient
import OrchModel

/// `orch deploy`.
struct Deploy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Registers the flows and deployments that an image holds.",
        discussion: """
            Reads the image's own description through an agent, where the image will run. The same content again makes \
            no new version, and leaves pauses and schedules that were changed elsewhere as they are. The same as \
            `orch deployment build` with `--apply`, without the file.

            Examples:
              orch deploy --infra docker --image taxi:latest
              orch deploy --infra docker --image taxi:latest --flow etl-web-to-gcs -n green-lake -p color=green
              orch deploy --infra docker/big --image taxi:latest -q nightly --retries 3 --retry-delay 60
              orch deploy --infra docker --image taxi:latest -n monthly --flow etl-parent-flow \\
                  --cron "0 7 2 * *" --timezone Europe/Berlin --concurrency-limit 1 --job-variable memory=2g
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
    @Flag(name: .customLong("create-queue"), help: "Make the work queue where it does not exist.")
    var createsQueue = false
    @Option(help: "How long to wait for an agent's answer, in seconds; during a pull, for its next word.")
    var timeout = 60.0
    @Argument(parsing: .postTerminator, help: "After --: the command of an image without orch's SDK.")
    var command: [String] = []
    @OptionGroup(title: "The deployment") var options: DeploymentOptions
    @OptionGroup(title: "Run policy") var policy: RunPolicyOptions
    @OptionGroup var connection: Connection
    @OptionGroup var output: Output

    func validate() throws {
        _ = try infrastructure()
        _ = try target()
    }

    func run() async throws {
        let client = try connection.client()
        if createsQueue { _ = try await client.createWorkQueue(WorkQueueRequest(name: options.queue, mayExist: true)) }
        let target = try target()
        var known: [AgentTaskRequest: AgentTaskAnswer] = [:]
        if let reference = target.question {
            let question = AgentTaskRequest(
                queue: options.queue,
                question: .describeImage(reference: reference, infrastructure: try pulled(by: infrastructure())),
                waitSeconds: timeout)
            known[question] = try await client.ask(question, hear: ImageQuestions.tell)
        }
        let answer = known.values.first ?? .noDescription(image: target.image)
        let entries = try entries(for: answer)
        let requests = try DeploymentBatch.requests(entries, image: target.image, answer: answer)
        try await DeploymentBatch.checkBlocks(requests, client)
        try await DeploymentBatch.check(requests, client, known: known)
        let replies = try await DeploymentBatch.save(requests, client)
        try output.show(replies) { replies in
            DeploymentBatch.text(replies) + "Run one: orch run \(ShellWord.word(replies[0].deployment.name))\n"
        }
    }

    /// What is said of the deployments.
    func entries(for answer: AgentTaskAnswer) throws -> [DeploymentEntry] {
        let plan = DeploymentPlan(
            image: try target().image, name: name, flow: flow, queue: options.queue, assignments: options.parameters,
            tags: options.tags, command: command, infrastructure: try infrastructure(),
            parametersJSON: options.parametersJSON)
        return try plan.entries(for: answer).map { entry in
            var entry = entry
            try options.apply(to: &entry)
            entry.policy = try policy.policy(over: nil)
            return entry
        }
    }

    private func infrastructure() throws -> Infrastructure { try Self.infrastructure(infra) }

    /// How the image is pulled where it is not on the agent's host: as the deployment's runs would pull it.
    private func pulled(by infrastructure: Infrastructure) throws -> Infrastructure? {
        var entry = DeploymentEntry(name: name ?? "")
        entry.infrastructureType = infrastructure.type
        entry.infrastructureBlock = infrastructure.block
        try options.apply(to: &entry)
        return ImageQuestions.infrastructure(of: entry)
    }

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
            let hint =
                NearestName.nearest(to: parts[0], in: kinds, limit: 1).first.map { "; did you mean \($0)?" } ?? ""
            throw ValidationError(
                "--infra: expected \(kinds.joined(separator: " or ")), or one of them with /BLOCK, got \"\(text)\"\(hint)"
            )
        }
        return Infrastructure(type: kind.rawValue, block: parts.count == 2 ? parts[1] : nil)
    }
}
