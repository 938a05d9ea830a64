/// A graph of nodes: each one a task that runs once those before it have ended as its trigger rule wants it.
///
/// ```swift
/// let graph = try Graph { g in
///     let extract = g.node("extract") { _ in try await download() }
///     let choose = g.branch("choose") { _ in try extract.output.isEmpty ? .follow("report") : .follow("load") }
///     let load = g.node("load", retries: 2) { _ in try await save(extract.output) }
///     let report = g.node("report") { context in context.logger.warning("nothing to load") }
///     let clean = g.node("clean", trigger: .allDone) { _ in try removeFiles() }
///     extract >>> choose >>> [load, report] >>> clean
/// }
/// try await context.run(graph)
/// ```
///
/// Nodes that nothing holds back run at the same time, as Swift tasks. `docs/graphs.md` tells more, and
/// `docs/trigger-rules.md` has the truth table of the rules.
public struct Graph: Sendable {
    /// How many nodes run at once at most; `nil` = no bound.
    public let maximumConcurrency: Int?

    let draft: GraphDraft
    let nodes: [GraphDraft.Node]
    let shape: GraphShape
    private let groups: [GraphDraft.Group]

    /// Declares a graph.
    ///
    /// - Parameters:
    ///   - maximumConcurrency: how many nodes run at once at most. Defaults to `nil`, no bound.
    ///   - declare: declares nodes, groups and edges. What it throws is thrown on.
    /// - Throws: a ``GraphError`` that names the nodes concerned, where the graph cannot be run.
    public init(maximumConcurrency: Int? = nil, _ declare: (Group) throws -> Void) throws {
        if let maximumConcurrency, maximumConcurrency < 1 { throw GraphError.invalidConcurrency(maximumConcurrency) }
        self.maximumConcurrency = maximumConcurrency
        draft = GraphDraft()
        try declare(Group(draft: draft, index: 0, name: ""))
        let content = try draft.build()
        nodes = content.nodes
        groups = content.groups
        shape = try GraphShape(
            nodes: content.nodes.map { GraphShape.Node(name: $0.name, kind: $0.kind, trigger: $0.trigger) },
            edges: content.nodeEdges())
    }

    /// The graph as it is drawn.
    public var description: GraphDescription {
        GraphDescription(
            nodes: nodes.map { node in
                GraphDescription.Node(
                    name: node.name, kind: node.kind, trigger: node.trigger,
                    group: node.group == 0 ? nil : groups[node.group].name, retries: node.options.retries)
            },
            edges: shape.downstream.enumerated().flatMap { from, after in
                after.map { GraphDescription.Edge(from: nodes[from].name, to: nodes[$0].name) }
            },
            maximumConcurrency: maximumConcurrency)
    }
}
