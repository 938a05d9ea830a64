extension GraphDraft.Content {
    /// The edges between nodes: one to a group leads to its first nodes, one from it starts at its last.
    ///
    /// - Throws: ``GraphError/edgeToItself(from:to:)``, ``GraphError/emptyGroup(_:)``.
    func nodeEdges() throws -> [GraphShape.Edge] {
        var resolution = EdgeResolution(self)
        for edge in edges.enumerated().sorted(by: { resolution.comesBefore($0, $1) }) {
            try resolution.add(edge.element)
        }
        return resolution.edges
    }
}

/// Turns edges of groups into edges of nodes.
///
/// Edges whose groups lie deepest come first, those of nodes before them: which nodes of a group are its first and last
/// depends on the edges inside it, and on no others.
private struct EdgeResolution {
    private let content: GraphDraft.Content
    /// The nodes of each group, those of its groups included.
    private var members: [[Int]]
    private var upstream: [[Int]]
    private var downstream: [[Int]]
    private var firsts: [Int: [Int]] = [:]
    private var lasts: [Int: [Int]] = [:]
    private(set) var edges: [GraphShape.Edge] = []

    init(_ content: GraphDraft.Content) {
        self.content = content
        members = content.groups.map { _ in [] }
        upstream = content.nodes.map { _ in [] }
        downstream = upstream
        for (index, node) in content.nodes.enumerated() {
            var group = node.group
            while let parent = content.groups[group].parent {
                members[group].append(index)
                group = parent
            }
        }
    }

    func comesBefore(
        _ left: (offset: Int, element: GraphDraft.Edge), _ right: (offset: Int, element: GraphDraft.Edge)
    ) -> Bool {
        let (leftDepth, rightDepth) = (depth(left.element), depth(right.element))
        return leftDepth == rightDepth ? left.offset < right.offset : leftDepth > rightDepth
    }

    mutating func add(_ edge: GraphDraft.Edge) throws {
        guard !isPart(edge.from, of: edge.to), !isPart(edge.to, of: edge.from) else {
            throw GraphError.edgeToItself(from: name(edge.from), to: name(edge.to))
        }
        let from = try ends(edge.from, known: lasts, neighbours: downstream)
        let to = try ends(edge.to, known: firsts, neighbours: upstream)
        if case .group(let group) = edge.from { lasts[group] = from }
        if case .group(let group) = edge.to { firsts[group] = to }
        for from in from {
            for to in to {
                edges.append(GraphShape.Edge(from: from, to: to))
                upstream[to].append(from)
                downstream[from].append(to)
            }
        }
    }

    /// A node itself; of a group, the nodes that have no neighbour in it.
    private func ends(
        _ target: GraphEndpoint.Target, known: [Int: [Int]], neighbours: [[Int]]
    ) throws -> [Int] {
        let group: Int
        switch target {
        case .node(let node): return [node]
        case .group(let index): group = index
        }
        if let ends = known[group] { return ends }
        guard !members[group].isEmpty else { throw GraphError.emptyGroup(content.groups[group].name) }
        let inside = Set(members[group])
        return members[group].filter { inside.isDisjoint(with: neighbours[$0]) }
    }

    /// Whether a node or a group is a group, or lies in it.
    private func isPart(_ part: GraphEndpoint.Target, of whole: GraphEndpoint.Target) -> Bool {
        guard case .group(let whole) = whole else { return false }
        var group: Int? =
            switch part {
            case .node(let node): content.nodes[node].group
            case .group(let group): group
            }
        while let inner = group {
            if inner == whole { return true }
            group = content.groups[inner].parent
        }
        return false
    }

    private func depth(_ edge: GraphDraft.Edge) -> Int {
        func depth(_ target: GraphEndpoint.Target) -> Int {
            switch target {
            case .node: .max
            case .group(let group): content.groups[group].depth
            }
        }
        return min(depth(edge.from), depth(edge.to))
    }

    private func name(_ target: GraphEndpoint.Target) -> String {
        switch target {
        case .node(let node): content.nodes[node].name
        case .group(0): "the graph itself"
        case .group(let group): content.groups[group].name
        }
    }
}
