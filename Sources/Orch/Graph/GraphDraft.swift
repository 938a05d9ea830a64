import Synchronization

/// A graph while it is declared. What is wrong with it is kept, to be thrown once the declaration is over: operators
/// cannot throw.
final class GraphDraft: Sendable {
    /// A node as it was declared.
    struct Node: Sendable {
        var name: String
        var kind: GraphNodeKind
        var trigger: TriggerRule
        var group: Int
        /// How its task is tried again and ended.
        var options: TaskOptions
        /// Does its task.
        var run: Run
    }

    /// Does a node's task: with these options, and with what its value chooses among the nodes after it.
    typealias Run =
        @Sendable (FlowContext, TaskOptions, @escaping @Sendable (any Sendable) throws -> Set<Int>?) async throws
        -> Outcome

    /// What a node's task came to.
    struct Outcome: Sendable {
        var value: any Sendable
        /// The nodes that it chose; nil where it has no choice.
        var chosen: Set<Int>?
    }

    /// A group; that with index 0 is the graph itself, and has no name.
    struct Group: Sendable {
        var name: String
        var parent: Int?
        var depth: Int
    }

    /// An edge, still with groups as its ends.
    struct Edge: Sendable {
        var from: GraphEndpoint.Target
        var to: GraphEndpoint.Target
    }

    /// Everything that was declared.
    struct Content: Sendable {
        var nodes: [Node] = []
        var groups = [Group(name: "", parent: nil, depth: 0)]
        var edges: [Edge] = []
        fileprivate var nodeNames: Set<String> = []
        fileprivate var groupNames: Set<String> = []
        fileprivate var problem: GraphError?
        fileprivate var isBuilt = false

        fileprivate mutating func note(_ found: GraphError) {
            problem = problem ?? found
        }

        /// The full name in a group; what is wrong with it is noted.
        fileprivate mutating func fullName(_ name: String, in group: Int) -> String {
            let isValid =
                !name.isEmpty && name.utf8.count <= 200
                && name.unicodeScalars.allSatisfy { $0 != "." && $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }
            if !isValid { note(.invalidName(name)) }
            if isBuilt { note(.alreadyBuilt("\"\(name)\"")) }
            return groups[group].name.isEmpty ? name : "\(groups[group].name).\(name)"
        }
    }

    private let content = Mutex(Content())

    /// Adds a node; gives its index and its full name.
    func add(_ node: Node) -> (index: Int, name: String) {
        content.withLock { content in
            var node = node
            node.name = content.fullName(node.name, in: node.group)
            node.options.name = node.name
            if !content.nodeNames.insert(node.name).inserted { content.note(.duplicateName(node.name)) }
            content.nodes.append(node)
            return (content.nodes.count - 1, node.name)
        }
    }

    /// Adds a group inside another; gives its index and its full name.
    func addGroup(_ name: String, in parent: Int) -> (index: Int, name: String) {
        content.withLock { content in
            let name = content.fullName(name, in: parent)
            if !content.groupNames.insert(name).inserted { content.note(.duplicateName(name)) }
            content.groups.append(Group(name: name, parent: parent, depth: content.groups[parent].depth + 1))
            return (content.groups.count - 1, name)
        }
    }

    /// Adds an edge between two ends of this graph.
    func connect(_ from: GraphEndpoint, to: GraphEndpoint) {
        content.withLock { content in
            if from.target == to.target { content.note(.edgeToItself(from: from.name, to: to.name)) }
            if content.isBuilt { content.note(.alreadyBuilt("the edge \(from.name) >>> \(to.name)")) }
            content.edges.append(Edge(from: from.target, to: to.target))
        }
    }

    /// Notes what is wrong, unless something was wrong before.
    func report(_ problem: GraphError) {
        content.withLock { $0.note(problem) }
    }

    /// Ends the declaration; gives what was declared.
    ///
    /// - Throws: what was found to be wrong first.
    func build() throws -> Content {
        try content.withLock { content in
            content.isBuilt = true
            if let problem = content.problem { throw problem }
            return content
        }
    }

    /// Makes sure that nothing was added since.
    ///
    /// - Throws: ``GraphError/alreadyBuilt(_:)``, or what was wrong with the addition before that.
    func check() throws {
        if let problem = content.withLock({ $0.problem }) { throw problem }
    }
}
