/// What a trigger rule says of a node.
enum TriggerDecision: Hashable, Sendable {
    /// Nothing yet: nodes before it have not ended.
    case wait
    /// It runs.
    case run
    /// It is skipped.
    case skip
    /// It cannot run, and counts as failed.
    case upstreamFailed
}

extension TriggerRule {
    /// Decides by how the nodes directly before a node ended. A node with none before it runs, whatever its rule.
    ///
    /// A rule that needs but one of them, and `always`, may say `run` before all have ended; what comes later does not
    /// change that. Everything else is decided once all have ended, so that the order of their ends does not matter.
    func decision(on upstream: UpstreamCounts) -> TriggerDecision {
        guard upstream.total > 0, !holdsEarly(on: upstream) else { return .run }
        guard upstream.unfinished == 0 else { return .wait }
        switch self {
        case .allSuccess where upstream.unsuccessful > 0: return .upstreamFailed
        case .allSuccess: return upstream.skipped > 0 ? .skip : .run
        case .allDone, .always: return .run
        case .allFailed: return upstream.success + upstream.skipped > 0 ? .skip : .run
        case .oneSuccess: return upstream.unsuccessful > 0 ? .upstreamFailed : .skip
        case .oneFailed, .oneDone: return .skip
        case .noneFailed: return upstream.unsuccessful > 0 ? .upstreamFailed : .run
        case .noneFailedMinOneSuccess where upstream.unsuccessful > 0: return .upstreamFailed
        case .noneFailedMinOneSuccess: return upstream.success > 0 ? .run : .skip
        case .noneSkipped: return upstream.skipped > 0 ? .skip : .run
        case .allSkipped: return upstream.success + upstream.unsuccessful > 0 ? .skip : .run
        }
    }

    private func holdsEarly(on upstream: UpstreamCounts) -> Bool {
        switch self {
        case .always: true
        case .oneSuccess: upstream.success > 0
        case .oneFailed: upstream.unsuccessful > 0
        case .oneDone: upstream.success + upstream.failed + upstream.cancelled > 0
        case .allSuccess, .allDone, .allFailed, .noneFailed, .noneFailedMinOneSuccess, .noneSkipped, .allSkipped: false
        }
    }
}
