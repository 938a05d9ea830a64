/// How many tasks with a tag may be at work at once, in all containers together.
public struct ConcurrencyLimit: Codable, Hashable, Sendable {
    /// The most tasks at once that a limit may allow.
    public static let most = 100_000
    /// The longest tag of a limit, in bytes: as long as a task's tags are.
    public static let longestTag = 256

    public var tag: String
    /// How many at once; 0 = none.
    public var limit: Int
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// Tasks that hold a slot now.
    public var held: Int
    /// Tasks that wait for one.
    public var waiting: Int

    public init(
        tag: String, limit: Int, createdAt: Timestamp, updatedAt: Timestamp, held: Int = 0, waiting: Int = 0
    ) {
        self.tag = tag
        self.limit = limit
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.held = held
        self.waiting = waiting
    }
}

/// Body of `POST /api/concurrency-limits`.
public struct ConcurrencyLimitRequest: Codable, Hashable, Sendable {
    public var tag: String
    /// How many at once, from 0 to ``ConcurrencyLimit/most``.
    public var limit: Int

    public init(tag: String, limit: Int) {
        self.tag = tag
        self.limit = limit
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case tag, limit
    }
}

extension ConcurrencyLimitRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

/// A task that holds a slot, or waits for one.
public struct ConcurrencySlot: Codable, Hashable, Sendable {
    public var id: Identifier
    /// The run of its container.
    public var runID: Identifier
    public var runName: String
    /// The container's attempt.
    public var attempt: Int
    public var taskRunID: Identifier
    public var taskName: String
    /// All tags that it has; those with a limit count.
    public var tags: [String]
    /// When it asked first.
    public var askedAt: Timestamp
    /// Since when it has the slot; nil while it waits.
    public var heldSince: Timestamp?

    public init(
        id: Identifier, runID: Identifier, runName: String, attempt: Int, taskRunID: Identifier, taskName: String,
        tags: [String], askedAt: Timestamp, heldSince: Timestamp?
    ) {
        self.id = id
        self.runID = runID
        self.runName = runName
        self.attempt = attempt
        self.taskRunID = taskRunID
        self.taskName = taskName
        self.tags = tags
        self.askedAt = askedAt
        self.heldSince = heldSince
    }
}

/// Answer of `GET /api/concurrency-limits/{tag}`: a limit, and who has its slots.
public struct ConcurrencyLimitStatus: Codable, Hashable, Sendable {
    public var limit: ConcurrencyLimit
    /// Tasks that hold a slot, the longest first; a hundred at most.
    public var holders: [ConcurrencySlot]
    /// Tasks that wait, in their order; a hundred at most.
    public var waiters: [ConcurrencySlot]

    public init(limit: ConcurrencyLimit, holders: [ConcurrencySlot], waiters: [ConcurrencySlot]) {
        self.limit = limit
        self.holders = holders
        self.waiters = waiters
    }
}

/// Answer of `POST /api/concurrency-limits/{tag}/reset`.
public struct ConcurrencyReset: Codable, Hashable, Sendable {
    /// How many tasks hold no slot any more.
    public var freed: Int

    public init(freed: Int) {
        self.freed = freed
    }
}

/// Body of `PUT /api/concurrency-slots/{id}`: a task asks for a slot of each of its tags, all or none. Safe to repeat.
public struct SlotRequest: Codable, Hashable, Sendable {
    public var taskRunID: Identifier
    public var taskName: String
    public var tags: [String]
    /// How long the answer may be held back while there is no slot, in seconds; at most 60.
    public var waitSeconds: Double

    public init(taskRunID: Identifier, taskName: String, tags: [String], waitSeconds: Double) {
        self.taskRunID = taskRunID
        self.taskName = taskName
        self.tags = tags
        self.waitSeconds = waitSeconds
    }
}

/// Answer of `PUT /api/concurrency-slots/{id}`.
public enum SlotAnswer: Codable, Hashable, Sendable {
    /// None of the tags has a limit: there is nothing to give back.
    case unlimited
    /// The slots are the task's until it gives them back, or its container is gone.
    case granted
    /// It waits, and keeps its place for ``SlotLimits/patience`` after the last time that it asked.
    case waiting([SlotShortage])
}

/// A tag whose slots are taken.
public struct SlotShortage: Codable, Hashable, Sendable {
    public var tag: String
    public var limit: Int
    /// Slots that are held.
    public var held: Int
    /// Tasks that wait for the tag and come before.
    public var ahead: Int
    /// A task that holds one, as `task of run`; nil where none does.
    public var holder: String?

    public init(tag: String, limit: Int, held: Int, ahead: Int, holder: String? = nil) {
        self.tag = tag
        self.limit = limit
        self.held = held
        self.ahead = ahead
        self.holder = holder
    }

    /// `"database": 2 of 2 are held, by load of docker-flow-7 among others; 3 wait before it`.
    public var text: String {
        var text = limit == 0 ? "\"\(tag)\": its limit is 0" : "\"\(tag)\": \(held) of \(limit) are held"
        if let holder, limit > 0 { text += ", \(held > 1 ? "one of them " : "")by \(holder)" }
        if ahead > 0, limit > 0 { text += "; \(ahead) wait\(ahead == 1 ? "s" : "") before it" }
        return text
    }
}

/// What holds slots back from being lost.
public enum SlotLimits {
    /// For how long a task that waits keeps its place without asking again, in seconds.
    public static let patience = 90.0
    /// The most tags of a request.
    public static let mostTags = 50
}
