import ArgumentParser
import DeploymentFiles
import OrchClient
import OrchModel

/// `orch deployment`.
struct Deployments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployment", abstract: "Builds, applies, runs and changes deployments.",
        discussion: """
            Examples:
              orch deployment build taxi:latest:etl-parent-flow -n "Parametrized ETL"
              orch deployment apply etl_parent_flow-deployment.yaml
              orch deployment run "etl-parent-flow/Parametrized ETL" -p months=[1,2,3]
            """,
        subcommands: [
            Build.self, Apply.self, Diff.self, Run.self, List.self, Inspect.self, Versions.self, Rollback.self,
            Pause.self, Resume.self, Delete.self, Schema.self, SetSchedule.self, Schedules.self,
        ], aliases: ["deployments"])

    /// `orch deployment ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists deployments.",
            discussion: "Example: orch deployment ls --flow-name etl-parent-flow", aliases: ["list"])

        @Option(name: .customLong("flow-name"), help: "Those of this flow alone; - and _ count as equal.") var flow:
            String?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let now = Timestamp.now()
            let client = try connection.client()
            let found = try await client.deployments().filter { deployment in
                flow.map { DeploymentEntry.isFlow(deployment.flowName, called: $0) } ?? true
            }
            let schedules = Dictionary(grouping: try await client.schedules(), by: \.deploymentID)
            let none =
                flow.map {
                    "There is no deployment of a flow \(TerminalText.harmless($0)): orch deployment ls shows all."
                }
                ?? "No deployments yet. Make some: orch deploy --infra docker --image taxi:latest"
            try output.show(found) { deployments in
                Table(
                    header: ["NAME", "VERSION", "IMAGE", "QUEUE", "SCHEDULES", "PARAMETERS", "UPDATED"],
                    rows: deployments.map {
                        [
                            $0.fullName, "\($0.version)", $0.image, $0.workQueue,
                            DeploymentSummary(deployment: $0, schedules: schedules[$0.id] ?? []).scheduleText ?? "",
                            JSONValue.object($0.parameterSchema.redacted($0.parameters)).jsonText,
                            $0.updatedAt.ago(at: now),
                        ]
                    }, empty: none
                ).text
            }
        }
    }

    /// `orch deployment inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect", abstract: "Shows one deployment and its parameters.",
            discussion: """
                Examples:
                  orch deployment inspect docker-flow
                  orch deployment inspect docker-flow --of-version 3
                """)

        @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
        @Option(
            name: [.customShort("v"), .customLong("of-version"), .customLong("version")],
            help: "As this version of it was.")
        var version: Int?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            guard let version else {
                let found = try await client.deployment(named: deployment)
                let schedules = try await client.schedules(ofDeployment: found.fullName)
                return try output.show(found) { DeploymentSummary(deployment: $0, schedules: schedules).text }
            }
            let found = try await client.deployment(named: deployment, version: version)
            try output.show(found) { DeploymentSummary(deployment: $0).text }
        }
    }
}
