import ArgumentParser
import OrchClient
import OrchModel

/// `orch flow`.
struct Flows: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow", abstract: "Draws the graphs that flows declare.", subcommands: [Graph.self],
        aliases: ["flows"])

    /// `orch flow graph`.
    struct Graph: AsyncParsableCommand {
        /// The forms of a drawing.
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case text, dot, svg, json
        }

        static let configuration = CommandConfiguration(
            commandName: "graph", abstract: "Draws the graph that a flow declares.",
            discussion: """
                The graph is that of the flow's default parameters, as the deployed image describes it. Where several \
                deployments of the flow differ, the one that changed last is drawn.

                Examples:
                  orch flow graph load-month
                  orch flow graph load-month/nightly --format svg > graph.svg
                  orch flow graph load-month --format dot | dot -Tpng > graph.png
                """)

        @Argument(help: "The flow, or a deployment of it: NAME or FLOW/NAME.") var name: String
        @Option(help: "text, dot (Graphviz), svg or json.") var format = Format.text
        @OptionGroup var connection: Connection

        func run() async throws {
            let graph = try FlowGraph(name, in: try await connection.client().deployments()).graph
            FileHandles.writeOut(try Self.drawing(of: graph, as: format))
        }

        /// The text of a drawing, with the newline at its end.
        static func drawing(of graph: GraphDescription, as format: Format) throws -> String {
            switch format {
            case .text: graph.text
            case .dot: graph.dot
            case .svg: graph.svg
            case .json: try Output.json(graph) + "\n"
            }
        }
    }
}

/// The graph that a name stands for.
struct FlowGraph {
    let graph: GraphDescription

    /// Looks for a flow of that name, then for a deployment.
    ///
    /// - Throws: a usage message where there is none, where several flows have deployments of that name, or where the
    ///   flow declares no graph.
    init(_ name: String, in deployments: [Deployment]) throws {
        var found = deployments.filter { $0.flowName == name }
        if found.isEmpty { found = deployments.filter { $0.fullName == name } }
        if found.isEmpty { found = deployments.filter { $0.name == name } }
        guard let newest = found.max(by: { $0.updatedAt < $1.updatedAt }) else {
            let known = Set(deployments.flatMap { [$0.flowName, $0.fullName, $0.name] })
            let nearest = NearestName.nearest(to: name, in: known, limit: 1).first
            throw Message(
                .usage,
                "there is no deployment of a flow \"\(name)\""
                    + (nearest.map { ": did you mean \($0)?" } ?? ": `orch deployment ls` lists what there is"))
        }
        guard Set(found.map(\.flowName)).count == 1 else {
            let names = found.map(\.fullName).sorted().joined(separator: ", ")
            throw Message(.usage, "\"\(name)\" fits several deployments: name the flow too, as in \(names)")
        }
        guard let graph = newest.graph else {
            throw Message(
                .usage,
                "the flow \(newest.flowName) declares no graph: make it a GraphFlow, build its image and "
                    + "`orch deploy` it")
        }
        self.graph = graph
    }
}
