import OrchModel
import Testing

@testable import OrchCLI

struct FlowGraphTests {
    private static func deployment(_ name: String, of flow: String, updated: Int64, node: String?) -> Deployment {
        let graph = node.map { GraphDescription(nodes: [.init(name: $0)], edges: []) }
        let request = DeploymentRequest(
            name: name, flowName: flow, image: "x", command: [], kind: .sdk, parameterSchema: ParameterSchema(),
            graph: graph)
        let time = Timestamp(microseconds: updated)
        return Deployment(id: .new(), version: 1, request: request, createdAt: time, updatedAt: time)
    }

    private let deployments = [
        deployment("daily", of: "month", updated: 2, node: "new"),
        deployment("old", of: "month", updated: 1, node: "old"),
        deployment("plain", of: "other", updated: 1, node: nil),
        deployment("daily", of: "other", updated: 1, node: nil),
        deployment("only", of: "third", updated: 1, node: "third"),
    ]

    @Test(arguments: [("month", "new"), ("month/old", "old"), ("month/daily", "new"), ("only", "third")])
    func findsTheGraph(name: String, node: String) throws {
        #expect(try FlowGraph(name, in: deployments).graph.nodes.map(\.name) == [node])
    }

    @Test(
        arguments: [
            ("mnth", "did you mean month?"), ("zzz", "orch deployment ls"), ("other", "declares no graph"),
            ("daily", "month/daily, other/daily"),
        ])
    func saysWhatToDo(name: String, says: String) {
        let error = #expect(throws: Message.self) { try FlowGraph(name, in: deployments) }
        #expect(error?.text.contains(says) == true, "\(error?.text ?? "")")
        #expect(error?.code == .usage)
    }

    @Test func drawsInEveryFormat() throws {
        let graph = try FlowGraph("only", in: deployments).graph
        let drawings = try Flows.Graph.Format.allCases.map { try Flows.Graph.drawing(of: graph, as: $0) }
        #expect(drawings.map { $0.prefix(4) } == ["NODE", "digr", "<svg", "{\n  "])
        #expect(drawings.allSatisfy { $0.hasSuffix("\n") && !$0.hasSuffix("\n\n") })
    }
}
