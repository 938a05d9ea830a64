/// How much work comes, and what holds it back.
package struct LoadPlan: Sendable {
    /// Deployments; a run is of any of them.
    package var deployments = 1000
    /// Runs in all.
    package var runs = 10_000
    /// Runs that become due in a virtual second; in a rush twice as many, which is more than the global limit lets through.
    package var perSecond = 1000
    /// From one rush to the next, the first of which comes after a second, and how long each lasts; in virtual microseconds.
    package var rushEvery: Int64 = 20_000_000
    package var rushFor: Int64 = 4_000_000
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
    /// From one poll to the next, which is another agent's, in virtual microseconds.
    package var tick: Int64 = 10_000
    /// The longest that a run is at work, in virtual microseconds.
    package var longestRun: Int64 = 400_000
    package var seed: UInt64 = 1
    /// What is done wrong on purpose.
    package var mutation: LoadMutation?

    package init() {}

    /// A plan for so many runs, of a tenth as many deployments; where they are many, a rush lasts until the first of those that it
    /// holds back have waited for longer than a step of priority.
    package init(runs: Int) {
        (self.runs, deployments) = (max(1, runs), max(10, runs / 10))
        if runs >= 200_000 { (rushEvery, rushFor) = (250_000_000, 50_000_000) }
    }
}

/// What can be done wrong under load, so that it is seen that somebody notices.
package enum LoadMutation: String, Sendable, CaseIterable {
    /// The store's global limit has a slot more than it should.
    case limitIsOneMore
    /// The store knows of no run's priority.
    case prioritiesAreForgotten
    /// No agent serves one of the queues.
    case queueIsForgotten
    /// Each agent polls every two seconds.
    case pollsAreRare
}

/// What came of it; times are in virtual microseconds.
package struct LoadOutcome: Sendable {
    /// The first thing that was wrong; nil where nothing was.
    package var violation: String?
    /// Runs that were started, and have ended.
    package var ended = 0
    /// From when a run was due to its start, of runs that nothing held back; sorted.
    package var lateness: [Int64] = []
    /// The same, of runs that a limit held back, or agents without room; sorted.
    package var held: [Int64] = []
    /// From when nothing held such a run back any more to its start; sorted.
    package var resumed: [Int64] = []
    /// Pairs of a run that was started and one that had its turn before it, and waited on though nothing held it back but what
    /// held both.
    package var overtaken = 0
    /// The most runs that were live, and that waited, at once.
    package var mostLive = 0
    package var mostWaiting = 0
    /// Virtual seconds.
    package var seconds = 0

    package init() {}

    /// The time that `share` of the sorted ones do not exceed, in virtual milliseconds; nil where there were none.
    package static func percentile(_ share: Double, of sorted: [Int64]) -> Double? {
        guard !sorted.isEmpty else { return nil }
        return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000
    }
}
