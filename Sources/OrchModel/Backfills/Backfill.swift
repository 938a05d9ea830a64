/// Runs for spans of data that have passed, made at once and looked after together.
public struct Backfill: Codable, Hashable, Sendable {
    /// How a backfill stands.
    public enum Status: String, Codable, Sendable, CaseIterable {
        /// Runs of it wait or are live.
        case running
        /// No further run of it is started.
        case paused
        /// Somebody has ended it.
        case cancelled
        /// All its runs have ended, and at least one has not completed.
        case failed
        /// All its runs have completed.
        case completed
    }

    public var id: Identifier
    public var deploymentID: Identifier
    public var deploymentName: String
    public var flowName: String
    /// What was asked for; secrets in its parameters are hidden, and its time zone is the one that was found.
    public var request: BackfillRequest
    public var createdAt: Timestamp
    public var createdBy: String
    public var pausedAt: Timestamp?
    public var cancelledAt: Timestamp?
    /// How many of its runs may be live at once.
    public var limit: Int
    /// How many runs it made.
    public var total: Int
    /// How many of them are in which state now, by its name; those that retention has removed are missing.
    public var states: [String: Int]
    /// How many of them have not ended.
    public var open: Int
    /// How many of them have completed.
    public var completed: Int
    /// Numbers that its flows reported, added up: `rows_written`.
    public var metrics: [String: Double]
    /// In the answer to a wish: what its state does not tell, such as why runs of it were not tried again; nil = nothing.
    public var notes: [String]?

    /// A backfill.
    public init(
        id: Identifier, deploymentID: Identifier, deploymentName: String, flowName: String, request: BackfillRequest,
        createdAt: Timestamp, createdBy: String, limit: Int, total: Int
    ) {
        self.id = id
        self.deploymentID = deploymentID
        self.deploymentName = deploymentName
        self.flowName = flowName
        self.request = request
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.limit = limit
        self.total = total
        (states, open, completed, metrics) = ([:], 0, 0, [:])
    }

    /// How it stands.
    public var status: Status {
        if cancelledAt != nil { return .cancelled }
        if open > 0 { return pausedAt == nil ? .running : .paused }
        return completed == states.values.reduce(0, +) ? .completed : .failed
    }

    /// `parent_flow_runner/docker-flow`.
    public var fullName: String { "\(flowName)/\(deploymentName)" }

    /// The zone by whose clocks its intervals are divided.
    public var timezone: String { request.timezone ?? "UTC" }

    private enum DerivedKeys: String, CodingKey { case status }

    /// Writes `status` too, which readers derive from the rest.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(deploymentID, forKey: .deploymentID)
        try container.encode(deploymentName, forKey: .deploymentName)
        try container.encode(flowName, forKey: .flowName)
        try container.encode(request, forKey: .request)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(createdBy, forKey: .createdBy)
        try container.encodeIfPresent(pausedAt, forKey: .pausedAt)
        try container.encodeIfPresent(cancelledAt, forKey: .cancelledAt)
        try container.encode(limit, forKey: .limit)
        try container.encode(total, forKey: .total)
        try container.encode(states, forKey: .states)
        try container.encode(open, forKey: .open)
        try container.encode(completed, forKey: .completed)
        try container.encode(metrics, forKey: .metrics)
        try container.encodeIfPresent(notes, forKey: .notes)
        var derived = encoder.container(keyedBy: DerivedKeys.self)
        try derived.encode(status, forKey: .status)
    }
}

/// A backfill with its intervals, the oldest first.
public struct BackfillReply: Codable, Hashable, Sendable {
    /// nil where nothing was made: it was a dry run, or no interval needs a run.
    public var backfill: Backfill?
    /// False where it was there already, by its idempotency key.
    public var isNew: Bool?
    public var intervals: [BackfillInterval]
    /// The zone of the intervals' local times; nil = a controller that does not say it.
    public var timezone: String?

    /// A reply.
    public init(
        backfill: Backfill?, isNew: Bool? = nil, intervals: [BackfillInterval], timezone: String? = nil
    ) {
        self.backfill = backfill
        self.isNew = isNew
        self.intervals = intervals
        self.timezone = timezone
    }
}
