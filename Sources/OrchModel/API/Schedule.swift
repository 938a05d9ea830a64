/// A schedule of a deployment as it stands.
public struct Schedule: Codable, Hashable, Sendable {
    public var id: Identifier
    public var deploymentID: Identifier
    public var deploymentName: String
    public var flowName: String
    /// When it fires and what becomes of slots that cannot be kept. Its `isActive` is nil: ``isActive`` says it.
    public var spec: ScheduleSpec
    /// False while it is paused.
    public var isActive: Bool
    /// Whether its deployment is paused, so that it makes no runs either.
    public var isDeploymentPaused: Bool
    /// Why it is paused; nil where it is not, or nobody said.
    public var pauseReason: String?
    /// How many slots in a row could make no run.
    public var failures: Int
    /// The last slot that was dealt with; nil = none yet.
    public var lastSlot: ScheduleSlot?
    /// The next slot; nil where there is none any more.
    public var next: SchedulePreview?
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    /// A schedule as it stands.
    public init(
        id: Identifier, deploymentID: Identifier, deploymentName: String, flowName: String, spec: ScheduleSpec,
        isActive: Bool, isDeploymentPaused: Bool, pauseReason: String? = nil, failures: Int = 0,
        lastSlot: ScheduleSlot? = nil, next: SchedulePreview? = nil, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.deploymentID = deploymentID
        self.deploymentName = deploymentName
        self.flowName = flowName
        self.spec = spec
        self.isActive = isActive
        self.isDeploymentPaused = isDeploymentPaused
        self.pauseReason = pauseReason
        self.failures = failures
        self.lastSlot = lastSlot
        self.next = next
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// `parent_flow_runner/docker-flow/monthly`.
    public var fullName: String { "\(flowName)/\(deploymentName)/\(spec.slug)" }
}

/// One of `GET /api/schedules`: a schedule, or what is known of one whose record cannot be read.
public enum ListedSchedule: Hashable, Sendable {
    case schedule(Schedule)
    case unreadable(UnreadableSchedule)

    /// `parent_flow_runner/docker-flow/monthly`.
    public var fullName: String {
        switch self {
        case .schedule(let schedule): schedule.fullName
        case .unreadable(let schedule): schedule.fullName
        }
    }

    /// nil where not even that can be read.
    public var id: Identifier? {
        switch self {
        case .schedule(let schedule): schedule.id
        case .unreadable(let schedule): Identifier(schedule.id)
        }
    }

    /// nil where it cannot be read.
    public var readable: Schedule? { if case .schedule(let schedule) = self { schedule } else { nil } }
}

/// A schedule whose record a newer version wrote, or something damaged. It makes no runs.
public struct UnreadableSchedule: Codable, Hashable, Sendable {
    /// As it is kept.
    public var id: String
    public var deploymentName: String
    public var flowName: String
    public var slug: String
    /// What cannot be read, a sentence.
    public var problem: String

    /// What is known of a schedule.
    public init(id: String, deploymentName: String, flowName: String, slug: String, problem: String) {
        self.id = id
        self.deploymentName = deploymentName
        self.flowName = flowName
        self.slug = slug
        self.problem = problem
    }

    public var fullName: String { "\(flowName)/\(deploymentName)/\(slug)" }
}

extension ListedSchedule: Codable {
    private enum CodingKeys: String, CodingKey {
        case problem
    }

    /// Reads an object that is either; one that cannot be read has a `problem`.
    public init(from decoder: any Decoder) throws {
        let isReadable = try !decoder.container(keyedBy: CodingKeys.self).contains(.problem)
        self = isReadable ? .schedule(try Schedule(from: decoder)) : .unreadable(try UnreadableSchedule(from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .schedule(let schedule): try schedule.encode(to: encoder)
        case .unreadable(let schedule): try schedule.encode(to: encoder)
        }
    }
}

/// Body of `POST /api/schedules`.
public struct ScheduleRequest: Codable, Hashable, Sendable {
    /// `docker-flow` or `parent_flow_runner/docker-flow`.
    public var deployment: String
    public var schedule: ScheduleSpec
    /// Whether one of the same name is changed; nil = no, it is refused.
    public var replaces: Bool?

    /// A schedule to be made.
    public init(deployment: String, schedule: ScheduleSpec, replaces: Bool? = nil) {
        self.deployment = deployment
        self.schedule = schedule
        self.replaces = replaces
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case deployment, schedule, replaces
    }
}

extension ScheduleRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    public static var closedMembers: [String: any ClosedObject.Type] { ["schedule": ScheduleSpec.self] }
}

/// Body of `PUT /api/schedules`: the schedules that a deployment has from now on.
public struct ScheduleReplacementRequest: Codable, Hashable, Sendable {
    /// A schedule as whoever asks has seen it.
    public struct Seen: Codable, Hashable, Sendable {
        public var id: Identifier
        public var updatedAt: Timestamp

        /// The schedule as it stood.
        public init(_ schedule: Schedule) {
            (id, updatedAt) = (schedule.id, schedule.updatedAt)
        }
    }

    /// `docker-flow` or `parent_flow_runner/docker-flow`.
    public var deployment: String
    public var schedules: [ScheduleSpec]
    /// All that it has: where it has others, or one was changed, nothing is done. nil = whatever it has.
    public var seen: [Seen]?

    /// Schedules in place of all that a deployment has.
    public init(deployment: String, schedules: [ScheduleSpec], seen: [Seen]? = nil) {
        self.deployment = deployment
        self.schedules = schedules
        self.seen = seen
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case deployment, schedules, seen
    }
}

extension ScheduleReplacementRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    public static var closedMembers: [String: any ClosedObject.Type] { ["schedules": ScheduleSpec.self] }
}

/// Answer of `PUT /api/schedules`.
public struct ScheduleReplacementReply: Codable, Hashable, Sendable {
    /// What the deployment has now.
    public var schedules: [Schedule]
    /// What it had, and has no more.
    public var removed: [Schedule]
    /// What may surprise, a sentence each.
    public var warnings: [String]

    /// An answer.
    public init(schedules: [Schedule], removed: [Schedule], warnings: [String]) {
        self.schedules = schedules
        self.removed = removed
        self.warnings = warnings
    }
}

/// Answer of `POST /api/schedules`.
public struct ScheduleReply: Codable, Hashable, Sendable {
    public var schedule: Schedule
    /// What may surprise, a sentence each.
    public var warnings: [String]

    /// An answer.
    public init(schedule: Schedule, warnings: [String]) {
        self.schedule = schedule
        self.warnings = warnings
    }
}

/// Body of `POST /api/schedules/{id}/pause` and `…/resume`.
public struct SchedulePause: Codable, Hashable, Sendable {
    public var isPaused: Bool
    /// Why; nil = nobody says.
    public var reason: String?
    /// Whether slots that passed meanwhile are skipped, whatever the schedule's policy says; nil = no.
    public var skipsMissed: Bool?

    /// A wish to pause a schedule, or to let it go on.
    public init(isPaused: Bool, reason: String? = nil, skipsMissed: Bool? = nil) {
        self.isPaused = isPaused
        self.reason = reason
        self.skipsMissed = skipsMissed
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case isPaused, reason, skipsMissed
    }
}

extension SchedulePause: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}
