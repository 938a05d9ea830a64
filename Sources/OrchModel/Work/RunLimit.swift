/// How many runs that have something in common may be live at once.
public struct RunLimit: Codable, Hashable, Sendable {
    /// The most runs at once that a limit may allow.
    public static let most = 100_000

    public var key: LimitKey
    /// What people call it: a tag, a queue, `flow/deployment`.
    public var name: String
    /// How many at once; 0 = none.
    public var limit: Int
    /// What becomes of a run that finds no slot.
    public var strategy: CollisionStrategy
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// Runs that hold a slot now.
    public var held: Int
    /// Runs that wait for one.
    public var waiting: Int

    public init(
        key: LimitKey, name: String, limit: Int, strategy: CollisionStrategy, createdAt: Timestamp,
        updatedAt: Timestamp, held: Int = 0, waiting: Int = 0
    ) {
        self.key = key
        self.name = name
        self.limit = limit
        self.strategy = strategy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.held = held
        self.waiting = waiting
    }
}

/// Body of `POST /api/run-limits`.
public struct RunLimitRequest: Codable, Hashable, Sendable {
    /// `global`, `tag:TAG` or `queue:NAME`.
    public var key: LimitKey
    /// How many at once, from 0 to ``RunLimit/most``.
    public var limit: Int
    /// What becomes of a run that finds no slot; nil = as before, or `enqueue`.
    public var strategy: CollisionStrategy?

    public init(key: LimitKey, limit: Int, strategy: CollisionStrategy? = nil) {
        self.key = key
        self.limit = limit
        self.strategy = strategy
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case key, limit, strategy
    }
}

extension RunLimitRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

/// A run that holds a slot of a limit, or waits for one.
public struct RunLimitPlace: Codable, Hashable, Sendable {
    public var runID: Identifier
    public var runName: String
    public var deploymentName: String?
    public var state: String
    public var priority: Int
    /// Since when it has held its slot, or has been due.
    public var since: Timestamp
    /// The agent that holds it; nil while it waits.
    public var agent: String?

    public init(
        runID: Identifier, runName: String, deploymentName: String?, state: String, priority: Int, since: Timestamp,
        agent: String?
    ) {
        self.runID = runID
        self.runName = runName
        self.deploymentName = deploymentName
        self.state = state
        self.priority = priority
        self.since = since
        self.agent = agent
    }
}

/// Answer of `GET /api/run-limits/{key}`: a limit, and who has its slots.
public struct RunLimitStatus: Codable, Hashable, Sendable {
    public var limit: RunLimit
    /// Runs that hold a slot, the longest first; a hundred at most.
    public var holders: [RunLimitPlace]
    /// Runs that wait for a slot of this limit, in their order; a hundred at most.
    public var waiters: [RunLimitPlace]

    public init(limit: RunLimit, holders: [RunLimitPlace], waiters: [RunLimitPlace]) {
        self.limit = limit
        self.holders = holders
        self.waiters = waiters
    }
}
