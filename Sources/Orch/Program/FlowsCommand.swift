import ArgumentParser

/// Lists the flows.
struct FlowsCommand<Program: FlowProgram>: ParsableCommand {
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "flows", abstract: "List the flows, or draw the graph of one.",
            subcommands: [FlowGraphCommand<Program>.self])
    }

    @Option(name: .shortAndLong, help: "How to print them.") var output = Output.table

    func run() throws {
        let flows = try ProgramDescription.make(Program.self).flows
        switch output {
        case .json:
            let rows = flows.map { flow -> JSONValue in
                ["name": .string(flow.name), "description": .string(flow.description)]
            }
            print(JSONValue.array(rows).jsonText)
        case .table:
            let width = flows.map(\.name.count).max() ?? 0
            for flow in flows {
                print(flow.name + String(repeating: " ", count: width - flow.name.count + 2) + flow.description)
            }
        }
    }
}

/// Draws the graph that a flow declares.
struct FlowGraphCommand<Program: FlowProgram>: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, dot, svg
    }

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "graph", abstract: "Draw the graph that a flow declares.",
            discussion: """
                Example:
                  \(Program.name) flows graph NAME --format svg > graph.svg
                """)
    }

    @Argument(help: "The flow's name.", completion: .list(Program.flows.map { $0.name })) var flow: String
    @Option(help: "text, dot (Graphviz) or svg.") var format = Format.text

    func run() throws {
        print(try Self.drawing(of: flow, as: format), terminator: "")
    }

    /// The text of a flow's drawing, with the newline at its end.
    static func drawing(of flow: String, as format: Format) throws -> String {
        let name = try ProgramDescription.flow(flow, in: Program.self).name
        let description = try ProgramDescription.make(Program.self).flows.first { $0.name == name }
        guard let graph = description?.graph else {
            throw ValidationError("the flow \"\(name)\" declares no graph: make it a GraphFlow")
        }
        switch format {
        case .text: return graph.text
        case .dot: return graph.dot
        case .svg: return graph.svg
        }
    }
}
