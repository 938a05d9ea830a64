import ArgumentParser
import OrchClient
import OrchModel

/// `orch deployment`.
struct Deployments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployment", abstract: "Lists and inspects deployments.",
        subcommands: [List.self, Inspect.self], aliases: ["deployments"])

    /// `orch deployment ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists deployments.")

        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let now = Timestamp.now()
            try output.show(try await connection.client().deployments()) { deployments in
                Table(
                    header: ["NAME", "VERSION", "IMAGE", "QUEUE", "PARAMETERS", "UPDATED"],
                    rows: deployments.map {
                        [
                            $0.fullName, "\($0.version)", $0.image, $0.workQueue,
                            JSONValue.object($0.parameterSchema.redacted($0.parameters)).jsonText,
                            $0.updatedAt.ago(at: now),
                        ]
                    }, empty: "No deployments yet. Make some: orch deploy --infra docker --image taxi:latest"
                ).text
            }
        }
    }

    /// `orch deployment inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect", abstract: "Shows one deployment and its parameters.")

        @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            try output.show(try await connection.client().deployment(named: deployment)) { deployment in
                DeploymentSummary(deployment: deployment).text
            }
        }
    }
}

/// A deployment on one screen.
struct DeploymentSummary {
    var deployment: Deployment

    /// The facts, then a table of parameters.
    var text: String {
        Table.facts([
            ("Deployment", deployment.fullName),
            ("Version", "\(deployment.version)"),
            ("Description", deployment.description.isEmpty ? nil : deployment.description),
            ("Image", deployment.image),
            ("Command", deployment.command.isEmpty ? "the image's own" : deployment.command.joined(separator: " ")),
            ("Infrastructure", "\(deployment.infrastructure.type)/\(deployment.infrastructure.block ?? "default")"),
            ("Queue", deployment.workQueue),
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
}
