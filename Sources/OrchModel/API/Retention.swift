/// What a controller keeps of runs that have ended; what is nil is kept without limit.
///
/// A run that is live or waits is never removed, nor is a record of an asset.
public struct RetentionPolicy: Codable, Hashable, Sendable {
    /// For how long after a run's end its log is kept, in seconds. Defaults to 30 days.
    public var logSeconds: Double?
    /// For how long after its end a run is kept, in seconds. Defaults to 90 days.
    public var runSeconds: Double?
    /// How many ended runs of a deployment are kept, the newest. Defaults to 10,000.
    public var runsPerDeployment: Int?
    /// Bytes of logs that are kept; where there are more, those of the runs go that ended first. Defaults to 10 GiB.
    public var logBytes: Int64?
    /// For how long agents are listed that are not heard from, in seconds. Defaults to 30 days.
    public var agentSeconds: Double?
    /// Bytes of cached results of tasks that are kept; where there are more, those go that were not taken for longest.
    /// Defaults to 1 GiB.
    public var resultBytes: Int64?

    /// A policy; see the properties for defaults.
    public init(
        logSeconds: Double? = 30 * 86_400, runSeconds: Double? = 90 * 86_400, runsPerDeployment: Int? = 10_000,
        logBytes: Int64? = 10 << 30, agentSeconds: Double? = 30 * 86_400, resultBytes: Int64? = 1 << 30
    ) {
        self.logSeconds = logSeconds
        self.runSeconds = runSeconds
        self.runsPerDeployment = runsPerDeployment
        self.logBytes = logBytes
        self.agentSeconds = agentSeconds
        self.resultBytes = resultBytes
    }
}

/// What a pass of retention removes, or has removed.
public struct RetentionRemovals: Codable, Hashable, Sendable {
    /// Runs that ended too long ago, with all that belongs to them.
    public var runsByAge: Int
    /// Runs beyond the number that is kept of their deployment.
    public var runsByCount: Int
    /// Runs whose logs alone go, as they ended too long ago.
    public var logsByAge: Int
    /// Runs whose logs alone go, as there were too many bytes of logs.
    public var logsBySize: Int
    /// Bytes of logs, those of removed runs among them.
    public var logBytes: Int64
    /// Agents that were not heard from for too long.
    public var agents: Int
    /// Questions to agents whose time is over.
    public var questions: Int
    /// Results of tasks whose time has been over for a day, or that there were too many bytes of.
    public var results: Int
    /// Their bytes.
    public var resultBytes: Int64
    /// Backfills that were made too long ago, and of whose runs none is left.
    public var backfills: Int

    /// Removals. Defaults to none.
    public init(
        runsByAge: Int = 0, runsByCount: Int = 0, logsByAge: Int = 0, logsBySize: Int = 0, logBytes: Int64 = 0,
        agents: Int = 0, questions: Int = 0, results: Int = 0, resultBytes: Int64 = 0, backfills: Int = 0
    ) {
        self.backfills = backfills
        self.runsByAge = runsByAge
        self.runsByCount = runsByCount
        self.logsByAge = logsByAge
        self.logsBySize = logsBySize
        self.logBytes = logBytes
        self.agents = agents
        self.questions = questions
        self.results = results
        self.resultBytes = resultBytes
    }

    /// Reads removals; those of a controller that kept no results of tasks, or kept all backfills, removed none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            runsByAge: try container.decode(Int.self, forKey: .runsByAge),
            runsByCount: try container.decode(Int.self, forKey: .runsByCount),
            logsByAge: try container.decode(Int.self, forKey: .logsByAge),
            logsBySize: try container.decode(Int.self, forKey: .logsBySize),
            logBytes: try container.decode(Int64.self, forKey: .logBytes),
            agents: try container.decode(Int.self, forKey: .agents),
            questions: try container.decode(Int.self, forKey: .questions),
            results: try container.decodeIfPresent(Int.self, forKey: .results) ?? 0,
            resultBytes: try container.decodeIfPresent(Int64.self, forKey: .resultBytes) ?? 0,
            backfills: try container.decodeIfPresent(Int.self, forKey: .backfills) ?? 0)
    }

    /// Runs that go as a whole.
    public var runs: Int { runsByAge + runsByCount }

    public static func += (sum: inout RetentionRemovals, more: RetentionRemovals) {
        sum.runsByAge += more.runsByAge
        sum.runsByCount += more.runsByCount
        sum.logsByAge += more.logsByAge
        sum.logsBySize += more.logsBySize
        sum.logBytes += more.logBytes
        sum.agents += more.agents
        sum.questions += more.questions
        sum.results += more.results
        sum.resultBytes += more.resultBytes
        sum.backfills += more.backfills
    }
}

/// A pass of retention that has ended.
public struct RetentionPass: Codable, Hashable, Sendable {
    public var endedAt: Timestamp
    public var removed: RetentionRemovals

    public init(endedAt: Timestamp, removed: RetentionRemovals) {
        self.endedAt = endedAt
        self.removed = removed
    }
}

/// Answer of `GET /api/retention`.
public struct RetentionStatus: Codable, Hashable, Sendable {
    public var policy: RetentionPolicy
    /// What a pass that began now would remove.
    public var due: RetentionRemovals
    /// Bytes that all logs take up.
    public var logBytes: Int64
    /// The last pass of any controller of the store; nil = none has ended yet.
    public var last: RetentionPass?

    public init(policy: RetentionPolicy, due: RetentionRemovals, logBytes: Int64, last: RetentionPass?) {
        self.policy = policy
        self.due = due
        self.logBytes = logBytes
        self.last = last
    }
}
