/// Decides what becomes of the nodes of a graph, as one after the other ends. It does nothing itself.
///
/// What becomes of a node is the same in whatever order those before it end: branches and short circuits directly before
/// it are always waited for, and a node that does not run is settled once all directly before it have ended.
struct GraphProgress {
    /// What is to be done now.
    enum Step: Hashable {
        /// Start the node; its end is to be told.
        case run(Int)
        /// The node will not run; the reason goes on after "skipped because", or says what failed before it.
        case settle(Int, NodeState, reason: String)
    }

    private struct Entry {
        var upstream: UpstreamCounts
        /// Branches and short circuits directly before it that have not ended.
        var deciders: Int
        /// The first of them that passed it over, in the order of declaration.
        var passedOverBy: Int?
        var isStarted = false
        var state: NodeState?
    }

    private let shape: GraphShape
    private var entries: [Entry]
    private var steps: [Step] = []
    /// Nodes that have ended, and whose ends the nodes after them do not know yet.
    private var ended: [(node: Int, followed: Set<Int>?)] = []
    /// How often a node was decided about: once at the start, and once for each edge at most.
    private(set) var decisions = 0

    init(_ shape: GraphShape) {
        self.shape = shape
        entries = shape.upstream.map { upstream in
            Entry(
                upstream: UpstreamCounts(unfinished: upstream.count),
                deciders: upstream.count { shape.nodes[$0].kind != .task })
        }
    }

    /// How a node ended; `nil` where it has not.
    func state(of node: Int) -> NodeState? { entries[node].state }

    /// The nodes that have neither been started nor settled.
    var untouched: [Int] { entries.indices.filter { !entries[$0].isStarted && entries[$0].state == nil } }

    /// What is to be done at the beginning.
    mutating func start() -> [Step] {
        for node in entries.indices { decide(node) }
        return takeSteps()
    }

    /// What is to be done after a node that was started has ended.
    ///
    /// - Parameters:
    ///   - node: the node.
    ///   - state: how it ended.
    ///   - chosen: the nodes directly after it that it chose, where it is a branch, or a short circuit; `nil` = all.
    mutating func end(_ node: Int, as state: NodeState, choosing chosen: Set<Int>? = nil) -> [Step] {
        entries[node].state = state
        ended.append((node, chosen.map { shape.followed(by: node, choosing: $0) }))
        return takeSteps()
    }

    private mutating func takeSteps() -> [Step] {
        var next = 0
        while next < ended.count {
            let (node, followed) = ended[next]
            next += 1
            guard let state = entries[node].state else { continue }
            for after in shape.downstream[node] {
                entries[after].upstream.end(state)
                if shape.nodes[node].kind != .task { entries[after].deciders -= 1 }
                if let followed, !followed.contains(after) {
                    entries[after].passedOverBy = min(node, entries[after].passedOverBy ?? node)
                }
                if !entries[after].isStarted { decide(after) }
            }
        }
        ended = []
        defer { steps = [] }
        return steps
    }

    private mutating func decide(_ node: Int) {
        decisions += 1
        let entry = entries[node]
        guard entry.deciders == 0 else { return }
        if let decider = entry.passedOverBy {
            guard entry.upstream.unfinished == 0 else { return }
            settle(node, .skipped, reason: Self.reason(shape.nodes[decider]))
            return
        }
        switch shape.nodes[node].trigger.decision(on: entry.upstream) {
        case .wait: break
        case .run:
            entries[node].isStarted = true
            steps.append(.run(node))
        case .skip: settle(node, .skipped, reason: reason(ofSkipping: node))
        case .upstreamFailed: settle(node, .upstreamFailed, reason: reasonOfUpstreamFailure(node))
        }
    }

    private mutating func settle(_ node: Int, _ state: NodeState, reason: String) {
        entries[node].state = state
        steps.append(.settle(node, state, reason: reason))
        ended.append((node, nil))
    }
}

extension GraphProgress {
    private static func reason(_ decider: GraphShape.Node) -> String {
        decider.kind == .branch ? "\(decider.name) did not choose it" : "\(decider.name) said no"
    }

    private func reason(ofSkipping node: Int) -> String {
        switch shape.nodes[node].trigger {
        case .allFailed: told(node, [.success, .skipped], "did not fail") ?? ""
        case .oneSuccess, .noneFailedMinOneSuccess: "everything before it was skipped"
        case .oneFailed: "nothing before it failed"
        case .oneDone: "nothing before it ran"
        case .allSkipped: told(node, [.success, .failed, .upstreamFailed, .cancelled], "ended otherwise") ?? ""
        case .allSuccess, .noneSkipped, .allDone, .noneFailed, .always:
            told(node, [.skipped], "was skipped", many: "were skipped") ?? ""
        }
    }

    private func reasonOfUpstreamFailure(_ node: Int) -> String {
        let parts = [
            told(node, [.failed], "failed"), told(node, [.cancelled], "was cancelled", many: "were cancelled"),
            told(node, [.upstreamFailed], "could not run"),
        ]
        return parts.compactMap { $0.map { "upstream \($0)" } }.joined(separator: "; ")
    }

    /// What is told of the nodes directly before a node that ended like this, the first three by name; `nil` for none.
    private func told(_ node: Int, _ states: Set<NodeState>, _ one: String, many: String? = nil) -> String? {
        let names = shape.upstream[node].filter { entries[$0].state.map(states.contains) == true }
            .map { shape.nodes[$0].name }
        return names.isEmpty ? nil : "\(names.listed(3)) \(names.count == 1 ? one : many ?? one)"
    }
}
