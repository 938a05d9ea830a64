extension Graph {
    /// A node of a graph, as edges and later nodes refer to it.
    public struct Node<Output: Sendable>: GraphNode {
        let draft: GraphDraft
        let index: Int
        public let name: String

        public var endpoint: GraphEndpoint { GraphEndpoint(draft: draft, target: .node(index), name: name) }

        /// What its work returned; to be read inside a node that comes after it, directly or not.
        ///
        /// - Throws: ``GraphError/notUpstream(_:of:)`` in a node that does not come after it;
        ///   ``GraphError/noOutput(_:state:)`` where it did not succeed;
        ///   ``GraphError/outputOutsideRun(_:)`` where its graph does not run.
        public var output: Output {
            get throws {
                guard let scope = GraphScope.stack.last(where: { $0.outputs.draft === draft }) else {
                    throw GraphError.outputOutsideRun(name)
                }
                return try scope.outputs.read(self, in: scope.node)
            }
        }
    }
}
