import OrchModel

/// A wish about many runs at once: which of those that were chosen it can be about, and what is said of the others.
struct BulkWish {
    /// What is wished.
    enum Kind: String {
        case cancel, pause, suspend, resume, retry, remove
        /// A retry of all that has ended, what has completed too.
        case repetition = "repeat"

        /// The states that are meant where none is said.
        var states: [StateType] {
            switch self {
            case .cancel, .pause, .suspend: StateType.allCases.filter { !$0.isTerminal }
            case .resume: [.paused]
            case .retry, .repetition: [.failed, .crashed]
            case .remove: StateType.allCases.filter(\.isTerminal)
            }
        }

        /// Whether it can be about a run.
        func isAbout(_ run: FlowRun) -> Bool {
            switch self {
            case .cancel, .pause, .suspend: !run.state.type.isTerminal
            case .resume: run.state.type == .paused
            case .retry: run.state.type.isTerminal && run.state.type != .completed
            case .repetition, .remove: run.state.type.isTerminal
            }
        }

        /// What is said of runs that it cannot be about.
        func standing(ofSeveral: Bool) -> String {
            let (has, are) = ofSeveral ? ("have", "are") : ("has", "is")
            return switch self {
            case .cancel, .pause, .suspend: "\(has) ended already"
            case .resume: "\(are) not paused"
            case .retry: "\(has) not failed"
            case .repetition, .remove: "\(has) not ended"
            }
        }
    }

    let kind: Kind
    /// Those it is about, in the order in which they were found.
    let runs: [FlowRun]
    /// Those that it cannot be about.
    let others: [FlowRun]

    init(_ kind: Kind, _ found: [FlowRun]) {
        self.kind = kind
        runs = found.filter(kind.isAbout)
        others = found.filter { !kind.isAbout($0) }
    }

    /// What is said of those that it cannot be about: `3 runs have ended already (3 Completed)`; nil where there is none.
    var remark: String? {
        guard !others.isEmpty else { return nil }
        return "\(Self.count(others)) \(kind.standing(ofSeveral: others.count > 1)) (\(Self.states(of: others)))"
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
