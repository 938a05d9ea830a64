/// A flow whose work is a graph. Its image tells the graph, so that it can be drawn without running it:
/// `orch flow graph NAME`, `PROGRAM flows graph NAME`.
///
/// ```swift
/// struct Month: GraphFlow {
///     static let name = "month"
///     @Parameter(range: 1...12) var month = 7
///
///     func graph() throws -> Graph {
///         try Graph { g in
///             let extract = g.node("extract") { _ in try await download(month) }
///             let load = g.node("load") { _ in try await save(extract.output) }
///             extract >>> load
///         }
///     }
/// }
/// ```
public protocol GraphFlow: Flow {
    /// Declares the graph; nothing is run yet. What is drawn is the graph of the default parameters, so a parameter that
    /// has none is read inside the nodes' work alone.
    func graph() throws -> Graph
}

extension GraphFlow {
    /// Runs the graph.
    public func run(_ context: FlowContext) async throws {
        try await context.run(graph())
    }
}
