import Synchronization

/// What the nodes of one run of a graph returned, and how they ended.
final class GraphOutputs: Sendable {
    private struct Entry: Sendable {
        var state: NodeState?
        var value: (any Sendable)?
    }

    let draft: GraphDraft
    private let shape: GraphShape
    private let entries: Mutex<[Entry]>

    init(of graph: Graph) {
        draft = graph.draft
        shape = graph.shape
        entries = Mutex(graph.nodes.map { _ in Entry() })
    }

    /// Keeps how a node ended, and what it returned.
    func set(_ node: Int, _ state: NodeState, _ value: (any Sendable)?) {
        entries.withLock { $0[node] = Entry(state: state, value: value) }
    }

    /// What a node returned, for another one that comes after it; with `nil`, for the flow that ran the graph.
    func read<Output>(_ node: Graph.Node<Output>, in reader: Int?) throws -> Output {
        // A node that was declared too late is not there.
        guard shape.nodes.indices.contains(node.index) else { throw GraphError.noOutput(node.name, state: nil) }
        if let reader, !shape.isUpstream(node.index, of: reader) {
            throw GraphError.notUpstream(node.name, of: shape.nodes[reader].name)
        }
        let entry = entries.withLock { $0[node.index] }
        guard entry.state == .success, let kept = entry.value, let value = kept as? Output else {
            throw GraphError.noOutput(node.name, state: entry.state)
        }
        return value
    }

    func state(of node: Int) -> NodeState? {
        entries.withLock { $0.indices.contains(node) ? $0[node].state : nil }
    }
}

/// The node of a graph that the code now running belongs to.
struct GraphScope: Sendable {
    /// Graphs that run inside each other, the innermost last.
    @TaskLocal static var stack: [GraphScope] = []

    var outputs: GraphOutputs
    var node: Int
}

/// How a graph's run went: no node of it failed.
public struct GraphResult: Sendable {
    let outputs: GraphOutputs

    /// How a node ended.
    ///
    /// - Throws: ``GraphError/outputOutsideRun(_:)`` for a node of another graph.
    public func state<Output>(of node: Graph.Node<Output>) throws -> NodeState {
        guard node.draft === outputs.draft, let state = outputs.state(of: node.index) else {
            throw GraphError.outputOutsideRun(node.name)
        }
        return state
    }

    /// What a node returned.
    ///
    /// - Throws: ``GraphError/noOutput(_:state:)`` where it was skipped; ``GraphError/outputOutsideRun(_:)`` for a node
    ///   of another graph.
    public func output<Output>(of node: Graph.Node<Output>) throws -> Output {
        guard node.draft === outputs.draft else { throw GraphError.outputOutsideRun(node.name) }
        return try outputs.read(node, in: nil)
    }
}
