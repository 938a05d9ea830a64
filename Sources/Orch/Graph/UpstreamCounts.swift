/// How many of the nodes directly before a node have ended, and how.
struct UpstreamCounts: Hashable, Sendable {
    private(set) var success = 0
    private(set) var failed = 0
    private(set) var skipped = 0
    private(set) var upstreamFailed = 0
    private(set) var cancelled = 0
    private(set) var unfinished: Int

    /// `unfinished` nodes, none of which has ended.
    init(unfinished: Int) {
        self.unfinished = unfinished
    }

    /// Nodes that ended like this, beside `unfinished` others, by default none.
    init(_ states: some Sequence<NodeState>, unfinished: Int = 0) {
        self.unfinished = unfinished
        for state in states { count(state) }
    }

    /// Those that did not succeed though they should have: a cancelled node counts as a failed one.
    var unsuccessful: Int { failed + upstreamFailed + cancelled }
    var total: Int { success + skipped + unsuccessful + unfinished }

    /// One of the unfinished has ended.
    mutating func end(_ state: NodeState) {
        unfinished -= 1
        count(state)
    }

    private mutating func count(_ state: NodeState) {
        switch state {
        case .success: success += 1
        case .failed: failed += 1
        case .skipped: skipped += 1
        case .upstreamFailed: upstreamFailed += 1
        case .cancelled: cancelled += 1
        }
    }
}
