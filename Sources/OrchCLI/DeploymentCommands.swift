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
        @Option(name: [.customShort("v"), .customLong("of-version")], help: "As this version of it was.") var version:
            Int?
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

/// A deployment on one screen.
struct DeploymentSummary {
    var deployment: Deployment
    /// The schedules that it has; nil = those that its content says, as of an older version.
    var schedules: [Schedule]?

    /// The facts, then a table of parameters.
    var text: String {
        Table.facts([
            ("Deployment", deployment.fullName),
            ("Version", "\(deployment.version)" + (deployment.versionName.map { " (\($0))" } ?? "")),
            ("Description", deployment.description.isEmpty ? nil : deployment.description),
            ("Image", deployment.image),
            ("Command", deployment.command.isEmpty ? "the image's own" : deployment.command.joined(separator: " ")),
            ("Infrastructure", "\(deployment.infrastructure.type)/\(deployment.infrastructure.block ?? "default")"),
            ("Queue", deployment.workQueue),
            ("Overrides", deployment.infrastructure.overrides.map { JSONValue.object($0).hidingURLPasswords.jsonText }),
            ("Schedules", scheduleText),
            ("Priority", deployment.priority.map { "\($0)" }),
            (
                "Concurrency",
                deployment.concurrencyLimit.map { "\($0), \((deployment.collisionStrategy ?? .enqueue).rawValue)" }
            ),
            ("Requires", deployment.requires.map { JSONValue.object($0).jsonText }),
            ("Run name", deployment.runName),
            ("Source", deployment.source.map(Self.source)),
            ("Depends on past", deployment.dependsOnPast == true ? "yes" : nil),
            ("Schema", deployment.enforcesParameterSchema == false ? "not enforced" : nil),
            ("Tags", deployment.tags.isEmpty ? nil : deployment.tags.joined(separator: ", ")),
            ("Updated", deployment.updatedAt.brief),
        ]) + "\n"
            + Table(
                header: ["PARAMETER", "EXPECTS", "VALUE", "MEANING"],
                rows: deployment.parameterSchema.properties.map { property in
                    let shown = deployment.parameterSchema.redacted(
                        [property.name: deployment.parameters[property.name] ?? property.defaultValue ?? .null])
                    return [
                        property.name, property.value.expectation, shown[property.name]?.jsonText ?? "",
                        property.description,
                    ]
                }, empty: "It takes no parameters."
            ).text
    }

    /// When it runs by itself; nil where it does not.
    var scheduleText: String? {
        let specs =
            schedules.map { schedules in
                schedules.map { schedule in
                    var spec = schedule.spec
                    spec.isActive = schedule.isActive
                    return spec
                }
            } ?? deployment.schedules ?? []
        let rules = specs.map { schedule in
            let zone = schedule.timezone == "UTC" ? "" : " \(schedule.timezone)"
            return "\(schedule.rule)\(zone)" + (schedule.isActive == false ? " (off)" : "")
        }
        guard deployment.isPaused == true else { return rules.isEmpty ? nil : rules.joined(separator: "; ") }
        return (["paused"] + rules).joined(separator: "; ")
    }

    private static func source(_ source: SourceSpec) -> String {
        source.url + (source.ref.map { "@\($0)" } ?? "") + (source.path.map { ":\($0)" } ?? "")
    }
}
