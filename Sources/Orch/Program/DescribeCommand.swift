import ArgumentParser
import FoundationEssentials

/// Prints what the program holds, for `orch deploy` or for people.
struct DescribeCommand<Program: FlowProgram>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "describe",
            abstract: "Describe the flows: parameters, blocks, default deployments.",
            discussion: "A flow image keeps the JSON form as \(ImageDescription.path)."
        )
    }

    @Flag(help: "Print JSON, as orch reads it.") var json = false

    func run() throws {
        let description = try ProgramDescription.make(Program.self)
        guard json else { return print(Self.text(description)) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(description), as: UTF8.self))
    }

    private static func text(_ description: ImageDescription) -> String {
        var lines: [String] = []
        for flow in description.flows {
            lines.append("\(flow.name)  \(flow.description)")
            for property in flow.parameters.properties {
                let value =
                    property.defaultValue.map { " (default: \($0.stringValue ?? $0.jsonText))" } ?? " (required)"
                let help = property.description.isEmpty ? "" : "  \(property.description)"
                lines.append("    \(property.name): \(property.value.expectation)\(value)\(help)")
            }
        }
        for deployment in description.deployments {
            lines.append("deployment \(deployment.name) of \(deployment.flow)  \(deployment.description)")
        }
        return lines.joined(separator: "\n")
    }
}
