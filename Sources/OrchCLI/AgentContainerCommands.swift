import ArgumentParser
import DockerEngine
import OrchAgent
import OrchClient
import OrchInfrastructure
import OrchModel

extension Agents {
    /// `orch agent containers`.
    struct Containers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "containers",
            abstract: "Lists the containers on this host's engine that the controller owns.",
            discussion: """
                Looks at the engine that DOCKER_HOST names. SIZE is what a container has written.
                Example: orch agent containers

                Exit codes: 0 done, 1 the engine does not answer, 2 usage, 5 API unreachable or refused.
                """)
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let instance = try await connection.client().version().instance
            let engine = try DockerContainerEngine(DockerClient(host: DockerHost.fromEnvironment()))
            let found = try await engine.list(label: ContainerLabels.instance, value: "\(instance)", sizes: true)
            let now = Timestamp.now()
            try output.show(found.map(OwnedContainer.init)) { containers in
                Table(
                    header: ["CONTAINER", "FLOW", "RUN", "ATTEMPT", "AGENT", "STATE", "AGE", "SIZE"],
                    rows: containers.map { $0.cells(at: now) + [$0.bytes.map(ByteSize.text) ?? "?"] },
                    empty: "The controller owns no container here."
                ).text
            }
        }
    }

    /// `orch agent reap`.
    struct Reap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reap",
            abstract: "Removes containers on this host's engine that no live attempt belongs to.",
            discussion: """
                Agents do this by themselves; see --reap-after of "orch agent start". Other controllers' containers \
                are left alone, and those whose block says that they are kept until --kept-after.
                Example: orch agent reap --dry-run

                Exit codes: 0 done, 1 the engine does not answer, 2 usage, 5 API unreachable or refused.
                """)
        @Flag(name: .customLong("dry-run"), help: "Only say what would be done, and why.") var isDry = false
        @Option(
            name: .customLong("after"),
            help: "Seconds that a container is kept which nobody needs. Defaults to 600.")
        var grace = Int(Reaping.defaultGrace.components.seconds)
        @Option(
            name: .customLong("kept-after"),
            help: "How long after its end one is kept whose block says so: 12h, 7d. Defaults to never to remove it.")
        var keptAfter: String?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws {
            if grace < 0 { throw ValidationError("--after: expected seconds from 0, got \(grace)") }
            if let keptAfter, Age.seconds(keptAfter) == nil {
                throw ValidationError("--kept-after: expected an age such as 12h or 7d, or never, got \"\(keptAfter)\"")
            }
        }

        func run() async throws {
            let engine = try DockerContainerEngine(DockerClient(host: DockerHost.fromEnvironment()))
            let pass = ReapingPass(
                engine: engine, api: RemoteController(try connection.client()), grace: .seconds(grace),
                keeping: keptAfter.flatMap { Age.seconds($0) ?? nil }.map { .seconds($0) })
            let now = Timestamp.now()
            let decisions: [Reaping.Decision]
            do {
                decisions = try await pass.decisions { _, since in now - since }
            } catch let fault as ControllerFault {
                throw Message(.unreachable, "\(fault)")
            }
            if !isDry { for decision in decisions { try await pass.carryOut(decision) } }
            try output.show(decisions) { decisions in
                Table(
                    header: [
                        "CONTAINER", "FLOW", "RUN", "ATTEMPT", "AGENT", "STATE", "AGE", isDry ? "WOULD" : "DONE", "WHY",
                    ],
                    rows: decisions.map { $0.container.cells(at: now) + [$0.action.rawValue, $0.reason] },
                    empty: "The controller owns no container here."
                ).text
            }
        }
    }
}

extension OwnedContainer {
    /// What both tables tell of it.
    fileprivate func cells(at now: Timestamp) -> [String] {
        [
            String(id.prefix(12)), flow ?? "?", runID?.short ?? "?", attempt.map(String.init) ?? "?", agent ?? "?",
            state,
            (now - createdAt).brief,
        ]
    }
}
