/// Which nodes come after which, once that is known to have no circle.
struct GraphShape: Sendable {
    /// What is asked of a node to decide about it.
    struct Node: Sendable {
        var name: String
        var kind = GraphNodeKind.task
        var trigger = TriggerRule.allSuccess
    }

    /// That one node comes directly after another.
    struct Edge: Hashable, Sendable {
        var from: Int
        var to: Int
    }

    let nodes: [Node]
    /// The nodes directly before each one, in the order of their declaration.
    let upstream: [[Int]]
    /// The nodes directly after each one, in the order of their declaration.
    let downstream: [[Int]]
    /// A place for each node, behind those of all that come before it.
    private let places: [Int]

    /// A graph of nodes and edges; an edge that is given twice counts once.
    ///
    /// - Throws: ``GraphError/cycle(_:)``.
    init(nodes: [Node], edges: [Edge]) throws {
        var upstream = nodes.map { _ in [Int]() }
        var downstream = upstream
        for edge in Set(edges) {
            upstream[edge.to].append(edge.from)
            downstream[edge.from].append(edge.to)
        }
        self.nodes = nodes
        self.upstream = upstream.map { $0.sorted() }
        self.downstream = downstream.map { $0.sorted() }
        var places = nodes.map { _ in 0 }
        var left = upstream.map(\.count)
        var order = left.indices.filter { left[$0] == 0 }
        var place = 0
        while place < order.count {
            let node = order[place]
            places[node] = place
            for next in self.downstream[node] {
                left[next] -= 1
                if left[next] == 0 { order.append(next) }
            }
            place += 1
        }
        self.places = places
        if let first = left.firstIndex(where: { $0 > 0 }) {
            throw GraphError.cycle(Self.cycle(from: first, left, self.upstream).map { nodes[$0].name })
        }
    }

    /// A circle among nodes that could not be placed, from the one declared first round to it again.
    private static func cycle(from first: Int, _ left: [Int], _ upstream: [[Int]]) -> [Int] {
        // Each of them has another one directly before it, so that going back must come to a node twice.
        var visited: [Int: Int] = [:]
        var path: [Int] = []
        var node: Int? = first
        while let here = node, visited[here] == nil {
            visited[here] = path.count
            path.append(here)
            node = upstream[here].first { left[$0] > 0 }
        }
        let circle = Array(path[(node.flatMap { visited[$0] } ?? 0)...].reversed())
        let start = circle.indices.min { circle[$0] < circle[$1] } ?? 0
        return Array(circle[start...] + circle[...start])
    }

    /// Whether `node` comes before `other`, directly or not.
    func isUpstream(_ node: Int, of other: Int) -> Bool {
        let (before, after) = (upstream[other], downstream[node])
        if before.count < after.count ? before.contains(node) : after.contains(other) { return true }
        var seen: Set<Int> = [other]
        var left = [other]
        while let here = left.popLast() {
            for next in upstream[here] where places[next] >= places[node] && seen.insert(next).inserted {
                if next == node { return true }
                left.append(next)
            }
        }
        return false
    }

    /// What a branch follows: what it chose, and what comes after that, as far as it comes directly after the branch too.
    func followed(by branch: Int, choosing chosen: Set<Int>) -> Set<Int> {
        guard let last = downstream[branch].filter({ !chosen.contains($0) }).map({ places[$0] }).max() else {
            return chosen
        }
        var followed = chosen
        var left = Array(chosen)
        while let node = left.popLast() {
            for next in downstream[node] where places[next] <= last && followed.insert(next).inserted {
                left.append(next)
            }
        }
        return followed
    }

    /// The nodes directly after a branch that it chose: each by its name, or by that of a group it is in.
    ///
    /// - Throws: ``GraphError/invalidChoice(branch:choice:expected:)``.
    func chosen(by branch: Int, _ names: [String]) throws -> Set<Int> {
        var chosen: Set<Int> = []
        for name in names {
            let found = downstream[branch].filter { nodes[$0].name == name || nodes[$0].name.hasPrefix(name + ".") }
            guard !found.isEmpty else {
                throw GraphError.invalidChoice(
                    branch: nodes[branch].name, choice: name, expected: downstream[branch].map { nodes[$0].name })
            }
            chosen.formUnion(found)
        }
        return chosen
    }
}
