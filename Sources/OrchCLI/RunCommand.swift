import ArgumentParser
import FoundationEssentials
import OrchClient
import OrchModel

/// `orch run`.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Starts a run of a deployment and follows it to its end.",
        discussion: """
            Examples:
              orch run docker-flow -p month=7
              orch run parent_flow_runner/docker-flow -p color=yellow -p year=2020 -p month=7
              orch run docker-flow --retries 3 --retry-delay 10 --retry-backoff 2 --run-timeout 3600
              orch run trips-flow -p trips='[{"month":1},{"month":2}]' -p from=2021-01-31
              orch run monthly-flow --data-interval 2020-07-01/2020-08-01
              orch run docker-flow --start-in 10m --priority 5 --job-variable memory=2g
              orch run docker-flow --idempotency-key 2020-07 --name 'july-{{ ds_nodash | default: "now" }}' --detach
              orch run docker-flow --start-at 2026-07-01T07:00 --detach      # by the clocks here
              orch run docker-flow --detach -o json

            Exit codes: 0 completed, 1 failed, 2 usage, 3 crashed, 4 cancelled, 5 API unreachable or refused, \
            130 detached by Ctrl-C (the run goes on).
            """
    )

    @Argument(help: "The deployment: NAME or FLOW/NAME.")
    var deployment: String?

    @Option(name: .customLong("id"), help: "The deployment, by its identifier in place of its name.")
    var deploymentID: String?

    @Option(
        name: [.customShort("p"), .customLong("param")], parsing: .singleValue,
        help: "A parameter, KEY=VALUE; lists, objects and null as JSON. May be given again.")
    var parameters: [String] = []

    @Option(name: .customLong("params"), help: "Parameters as one JSON object; -p wins.")
    var parametersJSON: String?

    @Option(
        name: [.customShort("t"), .customLong("tag")], parsing: .singleValue,
        help: "A tag for the run. May be given again.")
    var tags: [String] = []

    @Option(
        help: "The span of data that the run is about, START/END: two days or instants, such as 2020-07-01/2020-08-01.",
        transform: DataInterval.read)
    var dataInterval: DataInterval?

    @Flag(help: "Return at once; the run goes on.")
    var detach = false

    @Flag(help: "Follow the run to its end, as without it.")
    var watch = false

    @OptionGroup(title: "The run") var runOptions: RunRequestOptions
    @OptionGroup(title: "Run policy, in place of the deployment's") var policy: RunPolicyOptions
    @OptionGroup var connection: Connection
    @OptionGroup var output: Output

    func validate() throws {
        guard tags.allSatisfy(PlainText.isPlain) else { throw ValidationError("--tag: expected \(PlainText.expected)") }
        guard (deployment == nil) != (deploymentID == nil) else {
            throw ValidationError("expected one deployment: its name, or --id")
        }
        if let deploymentID, Identifier(deploymentID) == nil {
            throw ValidationError(
                "--id: expected a deployment's identifier, a UUID, got \(PlainText.quoted(deploymentID))")
        }
        if watch, detach { throw ValidationError("--watch and --detach: expected one of them") }
    }

    /// The deployment's name.
    ///
    /// - Throws: where none has the identifier that was given.
    private func name(_ client: OrchClient) async throws -> String {
        if let deployment { return deployment }
        guard let found = try await client.deployments().first(where: { "\($0.id)" == deploymentID?.lowercased() })
        else {
            throw Message(.usage, "--id: there is no deployment \(deploymentID ?? ""): orch deployment ls lists them")
        }
        return found.fullName
    }

    /// The run that is asked for. The deployment is looked up only for what has to be read by its schema, or over its policy.
    private func request(_ client: OrchClient) async throws -> FlowRunRequest {
        let deployment = try await name(client)
        var request = FlowRunRequest(deployment: deployment, tags: tags, dataInterval: dataInterval)
        try runOptions.apply(to: &request)
        guard !parameters.isEmpty || parametersJSON != nil || policy.isGiven else { return request }
        let found = try await client.deployment(named: deployment)
        request.deployment = found.fullName
        request.parameters = try Parameters.read(
            assignments: parameters, json: parametersJSON, by: found.parameterSchema)
        request.policy = try policy.policy(over: found.policy)
        return request
    }

    func run() async throws {
        let client = try connection.client()
        let reply = try await client.createRun(try await request(client))
        if reply.isNew == false {
            FileHandles.writeError(
                "The key has made run \(reply.run.name) before, which is \(reply.run.state.name): no other was made.\n")
        }
        if let obstacle = reply.queue.obstacle { FileHandles.writeError("Warning: \(obstacle)\n") }
        if detach {
            try output.show(reply.run) { run in
                "Flow run \(run.name) is \(run.state.name).\nFollow it: orch flow-run logs -f \(run.name)\n"
            }
            return
        }
        let ended = try await follow(reply.run, client: client)
        if output.form == .json { try output.show(ended) { _ in "" } }
        let code = Failure.code(for: ended.state.type)
        if code != .completed { throw Ending(code: code) }
    }

    private func follow(_ run: FlowRun, client: OrchClient) async throws -> FlowRun {
        let quiet = output.form == .json
        let say: @Sendable (String) -> Void = { quiet ? FileHandles.writeError($0) : FileHandles.writeOut($0) }
        say("Flow run \(run.name) (\(run.id))\n")
        let follower = RunFollower(
            client: client,
            form: .text(
                FollowPrinter(
                    coloured: FileHandles.isColoured && !quiet, escapesControls: FileHandles.isTerminal)),
            write: say,
            remark: { FileHandles.writeError($0) },
            status: quiet || !FileHandles.isTerminal ? nil : StatusLine { FileHandles.writeOut($0) })
        let interrupts = Signals.interrupts()
        let ended: FlowRun? = try await withThrowingTaskGroup(of: FlowRun?.self) { group in
            group.addTask { () async throws -> FlowRun? in try await follower.follow(run) }
            group.addTask { () async throws -> FlowRun? in
                for await _ in interrupts { break }
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { return nil }
            return first
        }
        guard let ended else {
            FileHandles.writeError(
                "\nDetached; the run goes on. Follow it: orch flow-run logs -f \(run.name)   "
                    + "End it: orch flow-run cancel \(run.name)\n")
            throw Ending(code: .detached)
        }
        let took = ended.endedAt.map { ($0 - ended.createdAt).brief }
        say("\(ended.name) ended \(ended.state.name)\(took.map { " after \($0)" } ?? ""): \(ended.state.message)\n")
        return ended
    }
}

extension DataInterval {
    /// The span that an argument names.
    static func read(_ argument: String) throws -> DataInterval {
        guard let interval = DataInterval(argument) else {
            throw ValidationError(
                "expected START/END, two days or instants, such as 2020-07-01/2020-08-01, got \"\(argument)\"")
        }
        return interval
    }
}
