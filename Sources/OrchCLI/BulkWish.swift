import OrchModel

/// A wish about many runs at once: which of those that were chosen it can be about, and what is said of the others.
struct BulkWish {
    /// What is wished.
    enum Kind: String {
        /// Of runs that have not ended.
        case cancel
        /// Of runs that have ended.
        case remove
    }

    let kind: Kind
    /// Those it is about, in the order in which they were found.
    let runs: [FlowRun]
    /// Those that it cannot be about.
    let others: [FlowRun]

    init(_ kind: Kind, _ found: [FlowRun]) {
        func isMeant(_ run: FlowRun) -> Bool { run.state.type.isTerminal == (kind == .remove) }
        self.kind = kind
        runs = found.filter(isMeant)
        others = found.filter { !isMeant($0) }
    }

    /// What is said of those that it cannot be about: `3 runs have ended already (3 Completed)`; nil where there is none.
    var remark: String? {
        guard !others.isEmpty else { return nil }
        let has = others.count == 1 ? "has" : "have"
        let standing = kind == .cancel ? "\(has) ended already" : "\(has) not ended"
        return "\(Self.count(others)) \(standing) (\(Self.states(of: others)))"
    }

    /// What would be done.
    var plan: String {
        let lines = runs.prefix(Self.shown).map { "\($0.name) is \($0.state.name): \($0.state.message)\n" }
        let rest = runs.count - Self.shown
        return lines.joined() + (rest > 0 ? "and \(rest) more\n" : "")
            + "Would \(kind.rawValue) \(Self.count(runs))" + (runs.isEmpty ? "" : " (\(Self.states(of: runs)))")
            + (remark.map { "; \($0)" } ?? "") + ". Nothing was done.\n"
    }

    private static let shown = 40

    private static func count(_ runs: [FlowRun]) -> String { "\(runs.count) \(runs.count == 1 ? "run" : "runs")" }

    private static func states(of runs: [FlowRun]) -> String {
        let states = Dictionary(grouping: runs, by: \.state.name).mapValues(\.count)
        return states.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
