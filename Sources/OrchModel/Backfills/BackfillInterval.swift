public import TimeZones

/// A span of data in a backfill, and what is done about it.
public struct BackfillInterval: Codable, Hashable, Sendable {
    /// The span.
    public var dataInterval: DataInterval
    /// Its first instant by the clocks of the zone: `2019-01-02T07:00+01:00`.
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

extension BackfillInterval {
    /// The interval of a run, by the clocks of a zone; of UTC where there is no such zone any more.
    ///
    /// - Parameter zones: where it is looked up. Defaults to the system's.
    public init(_ dataInterval: DataInterval, run: RunBrief?, zone: String, zones: ZoneDatabase = .system) {
        let rules = (try? zones.rules(zone)) ?? .utc
        let second = dataInterval.start.microseconds.flooredQuotient(1_000_000)
        self.init(
            dataInterval: dataInterval,
            local: ScheduleFire.localText(of: dataInterval.start, offset: rules.offset(at: second)), run: run)
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
