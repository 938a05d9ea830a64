/// A graph of nodes as it is drawn: what a flow image says of a flow that declares one.
///
/// It may come from another version of the SDK, or from nobody's: kinds and rules are texts, and nothing here promises
/// that an edge leads to a node that is there.
public struct GraphDescription: Codable, Hashable, Sendable {
    /// One node.
    public struct Node: Codable, Hashable, Sendable {
        /// Its name, with its groups before it: `load.green`.
        public var name: String
        /// A ``GraphNodeKind``.
        public var kind: String
        /// A ``TriggerRule``.
        public var trigger: String
        /// The group it is in; `nil` for none.
        public var group: String?
        /// How often it is tried again after it failed.
        public var retries: Int

        /// A node; of no group and without retries, unless they are given.
        public init(
            name: String, kind: GraphNodeKind = .task, trigger: TriggerRule = .allSuccess, group: String? = nil,
            retries: Int = 0
        ) {
            self.name = name
            self.kind = kind.rawValue
            self.trigger = trigger.rawValue
            self.group = group
            self.retries = retries
        }
    }

    /// That one node comes directly after another.
    public struct Edge: Codable, Hashable, Sendable {
        /// The name of the node that comes first.
        public var from: String
        /// The name of the node after it.
        public var to: String

        /// An edge between two nodes, by name.
        public init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    /// The nodes in the order of their declaration.
    public var nodes: [Node]
    /// The edges, by the declaration of their first node, then of their second.
    public var edges: [Edge]
    /// How many nodes run at once at most; `nil` = no bound.
    public var maximumConcurrency: Int?

    /// A graph; its concurrency has no bound unless one is given.
    public init(nodes: [Node], edges: [Edge], maximumConcurrency: Int? = nil) {
        self.nodes = nodes
        self.edges = edges
        self.maximumConcurrency = maximumConcurrency
    }
}

/// What a node of a graph does for those after it.
public enum GraphNodeKind: String, Codable, Sendable, CaseIterable {
    /// It does work.
    case task
    /// It chooses which of the nodes directly after it are followed.
    case branch
    /// It says whether the nodes directly after it are followed at all.
    case shortCircuit = "short_circuit"
}
