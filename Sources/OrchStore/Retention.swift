package import OrchModel

/// A policy of retention at one moment.
package struct RetentionRules: Hashable, Sendable {
    /// Logs of runs that ended before go; nil = none.
    package var logsBefore: Timestamp?
    /// Runs that ended before go; nil = none.
    package var runsBefore: Timestamp?
    /// Agents that were not heard from since go; nil = none.
    package var agentsBefore: Timestamp?
    /// So many ended runs are kept of each deployment; nil = all.
    package var runsPerDeployment: Int?
    /// So many bytes of logs are kept; nil = all.
    package var logBytes: Int64?

    /// So many bytes of results of tasks are kept; nil = all.
    package var resultBytes: Int64?

    /// What a policy means at a moment.
    package init(_ policy: RetentionPolicy, at now: Timestamp) {
        func before(_ seconds: Double?) -> Timestamp? { seconds.map { now - .seconds($0) } }
        logsBefore = before(policy.logSeconds)
        runsBefore = before(policy.runSeconds)
        agentsBefore = before(policy.agentSeconds)
        runsPerDeployment = policy.runsPerDeployment
        logBytes = policy.logBytes
        resultBytes = policy.resultBytes
    }
}

/// What a pass finds out once, at its beginning, as counting takes a look at everything.
package struct RetentionSurvey: Hashable, Sendable {
    /// Of each deployment with too many ended runs, the number of the newest one that goes.
    package var surplus: [String: Int64]
    /// Bytes of logs beyond those that are kept; falls with what is removed.
    package var excessBytes: Int64
    /// Bytes of results of tasks beyond those that are kept; falls with what is removed.
    package var excessResultBytes: Int64
}

/// A step of a pass: one transaction, of bounded size.
package struct RetentionTurn: Sendable {
    package var rules: RetentionRules
    package var survey: RetentionSurvey
    /// Who makes the pass; nobody else makes one until ``heldUntil``.
    package var holder: String
    package var heldUntil: Timestamp
    /// How many rows it removes at most.
    package var rows: Int
    package var at: Timestamp

    package init(
        rules: RetentionRules, survey: RetentionSurvey, holder: String, heldUntil: Timestamp, rows: Int, at: Timestamp
    ) {
        self.rules = rules
        self.survey = survey
        self.holder = holder
        self.heldUntil = heldUntil
        self.rows = rows
        self.at = at
    }
}

/// What came of a step.
package enum RetentionStep: Hashable, Sendable {
    /// Another controller is at it.
    case held
    /// So much was removed, and there may be more.
    case removed(RetentionRemovals)
    /// Nothing is left that has to go; so much was removed.
    case done(RetentionRemovals)
}

/// What came of giving space back.
package struct SpaceReturn: Hashable, Sendable {
    /// Bytes that the database is smaller by.
    package var bytes: Int64
    /// Whether there is more to give back.
    package var hasMore: Bool

    package init(bytes: Int64, hasMore: Bool) {
        self.bytes = bytes
        self.hasMore = hasMore
    }
}
