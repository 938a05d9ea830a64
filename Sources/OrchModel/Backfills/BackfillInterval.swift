/// A span of data in a backfill, and what is done about it.
public struct BackfillInterval: Codable, Hashable, Sendable {
    /// The span.
    public var dataInterval: DataInterval
    /// Its first instant by the clocks of the zone: `2019-01-02T07:00+00:00`.
    public var local: String
    /// Whether the backfill makes, or made, a run for it.
    public var isRun: Bool
    /// Why it makes none, or why one; nil = it is one of the backfill's.
    public var reason: String?
    /// The run that is, or was last, about it; nil = none.
    public var run: RunBrief?

    /// An interval.
    public init(
        dataInterval: DataInterval, local: String, isRun: Bool = true, reason: String? = nil, run: RunBrief? = nil
    ) {
        self.dataInterval = dataInterval
        self.local = local
        self.isRun = isRun
        self.reason = reason
        self.run = run
    }
}

/// As much of a run as a list of intervals shows.
public struct RunBrief: Codable, Hashable, Sendable {
    public var id: Identifier
    public var name: String
    public var state: RunState
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?

    /// The brief of a run.
    public init(_ run: FlowRun) {
        (id, name, state) = (run.id, run.name, run.state)
        (startedAt, endedAt) = (run.startedAt, run.endedAt)
    }
}
