import ArgumentParser

/// Lists the flows.
struct FlowsCommand<Program: FlowProgram>: ParsableCommand {
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "flows", abstract: "List the flows.")
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
