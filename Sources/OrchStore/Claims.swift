package import OrchModel

/// An agent's request for runs.
package struct ClaimRequest: Sendable {
    package var agent: AgentInfo
    /// Runs at most; 0 only notes that the agent is there.
    package var limit: Int
    /// When the lease of what is claimed runs out.
    package var leaseUntil: Timestamp
    package var at: Timestamp
    /// Whether runs beyond the limit may be given that a run of the agent's waits for.
    package var lendsSlots: Bool
    /// Whether queues that it names have to exist. Defaults to no.
    package var checksQueues: Bool

    package init(
        agent: AgentInfo, limit: Int, leaseUntil: Timestamp, at: Timestamp, lendsSlots: Bool = false,
        checksQueues: Bool = false
    ) {
        self.lendsSlots = lendsSlots
        self.checksQueues = checksQueues
        self.agent = agent
        self.limit = limit
        self.leaseUntil = leaseUntil
        self.at = at
    }
}

/// What came of an agent's request for runs.
package struct ClaimOutcome: Sendable {
    /// Runs that are the agent's now, in the order of their turns.
    package var claims: [Claim] = []
    /// Runs that have ended as there was no slot for them.
    package var ended: [FlowRun] = []
    /// Live runs that are to end for others: their agents are to be told.
    package var cancelled: [FlowRun] = []
    /// Whether the agent is to end once its runs have.
    package var drains = false

    package init() {}

    /// Adds what came of another look.
    mutating func add(_ other: ClaimOutcome) {
        claims += other.claims
        ended += other.ended
        cancelled += other.cancelled
        drains = other.drains
    }
}

/// A live attempt of an agent, with what is needed to launch it.
package struct Claim: Sendable {
    package var run: FlowRun
    package var launch: RunLaunch
    /// The true parameters, encrypted; nil where ``FlowRun/parameters`` hides nothing.
    package var sealedParameters: [UInt8]?
    /// Attempts that ended because the run was suspended.
    var suspensions = 0
    /// Since when its container is paused, by its agent's clock; nil where it is not.
    package var pausedSince: Timestamp?

    /// The attempt's name.
    package var key: AttemptKey { AttemptKey(runID: run.id, attempt: run.attempt) }
}

/// The name of an attempt: a run and the number of its container.
package struct AttemptKey: Hashable, Sendable {
    package var runID: Identifier
    package var attempt: Int

    package init(runID: Identifier, attempt: Int) {
        self.runID = runID
        self.attempt = attempt
    }
}

/// What came of a report.
package enum ReportOutcome: Sendable {
    /// There is no such run.
    case unknown
    /// The run has a newer attempt; nothing was kept.
    case stale(current: Int)
    /// Everything was kept, or was known; the effect is what was not.
    case applied(FlowRun, ReportEffect)
    /// All but the state was kept; the text says why the run cannot enter it.
    case refused(FlowRun, String)
}
