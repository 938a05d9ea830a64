/// Body of `POST /api/backfills`: runs of a deployment for spans of data that have passed.
public struct BackfillRequest: Codable, Hashable, Sendable {
    /// `docker-flow` or `parent_flow_runner/docker-flow`.
    public var deployment: String
    /// Where the first instants of the data intervals begin: `2019`, `2019-01`, `2019-01-15`, a local time or an instant.
    public var from: BackfillBound
    /// Where they end; an interval that begins just here is none of it.
    public var to: BackfillBound
    /// The schedule whose slots divide time, by its name; nil = the deployment's only one.
    public var schedule: String?
    /// What divides time where no schedule does: `hour`, `day`, `week`, `month`, `year`, a length of time, or a cron expression.
    public var every: String?
    /// The zone of ``every`` and of local times; nil = UTC, or the schedule's.
    public var timezone: String?
    /// Which intervals get a run; nil = those that have none.
    public var mode: BackfillMode?
    /// Whether the newest interval comes first; nil = false.
    public var isNewestFirst: Bool?
    /// How many of its runs are live at once; nil = 3.
    public var limit: Int?
    /// In place of the deployment's values.
    public var parameters: [String: JSONValue]?
    /// Tags beside the deployment's.
    public var tags: [String]?
    /// In place of the deployment's priority.
    public var priority: Int?
    /// In place of the deployment's queue.
    public var workQueue: String?
    /// Fields of the infrastructure's block, in place of the block's and the deployment's.
    public var jobVariables: [String: JSONValue]?
    /// Whether nothing is done but to say which intervals would get a run; nil = false.
    public var isDryRun: Bool?
    /// Whoever asks again with the same key gets the backfill that was made first; nil = another one each time.
    public var idempotencyKey: String?

    /// A backfill of a deployment; see the properties for defaults.
    public init(deployment: String, from: BackfillBound, to: BackfillBound) {
        self.deployment = deployment
        self.from = from
        self.to = to
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case deployment, from, to, schedule, every, timezone, mode, isNewestFirst, limit, parameters, tags, priority
        case workQueue, jobVariables, isDryRun, idempotencyKey
    }

    /// How many of its runs are live at once where nobody says it.
    public static let usualLimit = 3
    /// How many runs a backfill may have.
    public static let mostRuns = 10_000
}

extension BackfillRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

/// Which intervals of a backfill get a run. One that a run is at work for, or waits for, gets none.
public enum BackfillMode: String, Codable, Sendable, Hashable, CaseIterable {
    /// Those that no run of the deployment was about.
    case missing
    /// Those, and those whose last run has not completed.
    case failed
    /// All of them.
    case all
}
