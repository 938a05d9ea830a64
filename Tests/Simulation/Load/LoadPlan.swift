/// How much work comes, and what holds it back.
package struct LoadPlan: Sendable {
    /// Deployments; their runs come evenly.
    package var deployments = 1000
    /// Runs in all.
    package var runs = 10_000
    /// Runs that become due in a virtual second.
    package var perSecond = 1000
    /// One of so many deployments lets one of its runs be live at a time.
    package var limitedEvery = 10
    /// Runs with the tag `scarce`, one of so many.
    package var scarceEvery = 20
    /// How many runs with the tag may be live at once.
    package var scarceSlots = 12
    /// How many runs may be live at once.
    package var globalSlots = 280
    /// Agents that poll.
    package var agents = 8
    /// Runs that an agent has at once.
    package var capacity = 100
    /// From one poll of an agent to the next where nothing wakes it, in virtual microseconds.
    package var tick: Int64 = 10_000
    /// The longest that a run is at work, in virtual microseconds.
    package var longestRun: Int64 = 400_000
    package var seed: UInt64 = 1

    package init() {}

    /// What a hundred thousand deployments and a million runs are.
    package static var large: LoadPlan {
        var plan = LoadPlan()
        (plan.deployments, plan.runs) = (100_000, 1_000_000)
        return plan
    }
}

/// What came of it.
package struct LoadOutcome: Sendable {
    /// The first thing that was wrong; nil where nothing was.
    package var violation: String?
    /// Runs that were started, and have ended.
    package var ended = 0
    /// From when a run was due to its start, of runs that no limit held back, in virtual microseconds, sorted.
    package var lateness: [Int64] = []
    /// The same, of runs that a limit held back.
    package var held: [Int64] = []
    /// Checks of all limits.
    package var checks = 0

    package init() {}

    /// The lateness that `share` of the runs do not exceed, in virtual milliseconds; nil where there were none.
    package static func percentile(_ share: Double, of sorted: [Int64]) -> Double? {
        guard !sorted.isEmpty else { return nil }
        return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000
    }
}
