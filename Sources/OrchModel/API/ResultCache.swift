/// What the cache of task results holds back from growing, and how long a computation is another run's.
public enum CacheLimits {
    /// The largest result that is kept, in bytes of its JSON text: 1 MiB.
    public static let valueBytes = 1 << 20
    /// For how long a run that computes a result may be silent before another one takes over, in seconds.
    public static let leaseSeconds = 30.0
    /// The longest time a result may be kept, in seconds: ten years.
    public static let longestExpiration = 3_650 * 86_400.0
    /// The longest name or key, in bytes.
    public static let nameBytes = 512
}

/// Body of `POST /api/cache/lookup`: a run asks for the result of a task.
public struct CacheLookup: Codable, Hashable, Sendable {
    /// What the result is known by: a hash of everything it depends on.
    public var key: String
    /// The same without the code's version, so that a miss can say that the code has changed.
    public var subject: String
    /// Who asks: a text of its own for each computation. A miss gives it the lock.
    public var holder: String
    /// Whether a result that is kept does not count.
    public var refresh: Bool

    public init(key: String, subject: String, holder: String, refresh: Bool) {
        self.key = key
        self.subject = subject
        self.holder = holder
        self.refresh = refresh
    }
}

/// Answer of `POST /api/cache/lookup`.
public enum CacheAnswer: Codable, Hashable, Sendable {
    /// There is a result: its JSON text.
    case hit(value: String, entry: CacheEntry)
    /// There is none, and whoever asked is to compute it: the lock is theirs.
    case miss(CacheMiss)
    /// Another run computes it: ask again.
    case busy(CacheWork)
}

/// Why there is no result.
public struct CacheMiss: Codable, Hashable, Sendable {
    public enum Reason: String, Codable, Sendable, CaseIterable {
        /// None is kept for these inputs.
        case first
        /// The time of the one that is kept is over.
        case expired
        /// One is kept that other code made.
        case codeChanged
        /// It is to be computed anew.
        case refresh
    }

    public var reason: Reason
    /// The result that does not count; nil where there is none.
    public var earlier: CacheEntry?

    public init(_ reason: Reason, earlier: CacheEntry? = nil) {
        self.reason = reason
        self.earlier = earlier
    }
}

/// A computation that goes on.
public struct CacheWork: Codable, Hashable, Sendable {
    /// The run that computes.
    public var runID: Identifier
    public var runName: String
    /// When another one takes over, unless that run is heard from.
    public var leaseUntil: Timestamp

    public init(runID: Identifier, runName: String, leaseUntil: Timestamp) {
        self.runID = runID
        self.runName = runName
        self.leaseUntil = leaseUntil
    }
}

/// A result that is kept; the value itself is left out.
public struct CacheEntry: Codable, Hashable, Sendable {
    public var key: String
    /// The flow whose runs may have it.
    public var flowName: String
    public var taskName: String
    /// What tells the code that made it from other code; empty where the key does not depend on it.
    public var codeVersion: String
    /// Bytes of its JSON text.
    public var bytes: Int
    /// The run that made it.
    public var runID: Identifier
    public var runName: String
    public var madeAt: Timestamp
    public var expiresAt: Timestamp
    /// How often a run took it.
    public var hits: Int
    /// When a run took it last; nil = none did.
    public var lastHitAt: Timestamp?

    public init(
        key: String, flowName: String, taskName: String, codeVersion: String, bytes: Int, runID: Identifier,
        runName: String, madeAt: Timestamp, expiresAt: Timestamp, hits: Int = 0, lastHitAt: Timestamp? = nil
    ) {
        self.key = key
        self.flowName = flowName
        self.taskName = taskName
        self.codeVersion = codeVersion
        self.bytes = bytes
        self.runID = runID
        self.runName = runName
        self.madeAt = madeAt
        self.expiresAt = expiresAt
        self.hits = hits
        self.lastHitAt = lastHitAt
    }
}

/// Body of `PUT /api/cache/entries/{key}`: a result to be kept.
public struct CacheDraft: Codable, Hashable, Sendable {
    /// See ``CacheLookup/subject``.
    public var subject: String
    public var taskName: String
    public var codeVersion: String
    /// Its JSON text.
    public var value: String
    /// How long it is kept, in seconds.
    public var expiresInSeconds: Double
    /// Whose computation is over with it.
    public var holder: String

    public init(
        subject: String, taskName: String, codeVersion: String, value: String, expiresInSeconds: Double,
        holder: String
    ) {
        self.subject = subject
        self.taskName = taskName
        self.codeVersion = codeVersion
        self.value = value
        self.expiresInSeconds = expiresInSeconds
        self.holder = holder
    }
}

/// Which results are meant; what is nil does not narrow it.
public struct CacheFilter: Codable, Hashable, Sendable, ClosedObject {
    public var flow: String?
    public var task: String?
    /// What the key starts with.
    public var keyPrefix: String?
    /// Whether only those whose time is over.
    public var onlyExpired: Bool

    enum CodingKeys: String, CodingKey, CaseIterable {
        case flow, task, keyPrefix, onlyExpired
    }

    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// All results. Defaults to no narrowing.
    public init(flow: String? = nil, task: String? = nil, keyPrefix: String? = nil, onlyExpired: Bool = false) {
        self.flow = flow
        self.task = task
        self.keyPrefix = keyPrefix
        self.onlyExpired = onlyExpired
    }
}

/// Body of `POST /api/cache/clear`.
public struct CacheClearing: Codable, Hashable, Sendable, ClosedObject {
    public var filter: CacheFilter
    /// Whether nothing is removed, and only counted.
    public var isDry: Bool

    enum CodingKeys: String, CodingKey, CaseIterable {
        case filter, isDry
    }

    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    public static var closedMembers: [String: any ClosedObject.Type] { ["filter": CacheFilter.self] }

    public init(filter: CacheFilter, isDry: Bool) {
        self.filter = filter
        self.isDry = isDry
    }
}

/// Answer of `POST /api/cache/clear`: what was removed, or would be.
public struct CacheRemovals: Codable, Hashable, Sendable {
    public var entries: Int
    /// Bytes of their JSON texts.
    public var bytes: Int64

    public init(entries: Int = 0, bytes: Int64 = 0) {
        self.entries = entries
        self.bytes = bytes
    }
}
