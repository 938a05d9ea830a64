package import OrchModel

/// A schedule as it is kept.
package struct StoredSchedule: Sendable, Hashable {
    package var id: Identifier
    package var deploymentID: Identifier
    /// Its `isActive` is nil.
    package var spec: ScheduleSpec
    package var isActive: Bool
    /// Greater with each change.
    package var revision: Int64
    /// Before its first slot: those after it count.
    package var cursorAt: Timestamp
    /// The last slot that was dealt with; nil = none.
    package var cursor: ScheduleSlot?
    /// When it is to be looked at; nil = not at all.
    package var nextAt: Timestamp?
    /// Slots up to it are made up for as its `catchup` says.
    package var caughtUpAt: Timestamp
    /// Slots in a row that could make no run.
    package var failures: Int
    /// Since when failures count.
    package var failuresSince: Timestamp
    package var pauseReason: String?
    /// nil = it was never paused.
    package var lastPause: PastPause?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: Identifier, deploymentID: Identifier, spec: ScheduleSpec, isActive: Bool, revision: Int64,
        cursorAt: Timestamp, cursor: ScheduleSlot?, nextAt: Timestamp?, caughtUpAt: Timestamp, failures: Int,
        failuresSince: Timestamp, pauseReason: String?, lastPause: PastPause? = nil, createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.deploymentID = deploymentID
        self.spec = spec
        self.isActive = isActive
        self.revision = revision
        self.cursorAt = cursorAt
        self.cursor = cursor
        self.nextAt = nextAt
        self.caughtUpAt = caughtUpAt
        self.failures = failures
        self.failuresSince = failuresSince
        self.pauseReason = pauseReason
        self.lastPause = lastPause
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Schedules that are to be looked at, those that wait for the longest time first.
package struct DueSchedules: Sendable {
    package var readable: [DueSchedule] = []
    package var unreadable: [RestingSchedule] = []

    package init() {}
}

/// A schedule whose row, or whose deployment's, holds what this version cannot read.
package struct RestingSchedule: Sendable {
    /// As it is kept.
    package var id: String
    package var reason: String
}

/// Schedules by deployment and slug, those that this version cannot read apart.
package struct ScheduleList: Sendable {
    package var readable: [StoredSchedule] = []
    package var unreadable: [Unreadable] = []

    /// What is known of a schedule whose row cannot be read.
    package struct Unreadable: Sendable, Hashable {
        /// These three as they are kept.
        package var id: String
        package var deploymentID: String
        package var slug: String
        package var reason: String
    }
}

/// A schedule that is to be looked at, with what a decision about it needs.
package struct DueSchedule: Sendable {
    package var schedule: StoredSchedule
    package var deployment: StoredDeployment
    /// Runs of its slots that have not ended, the oldest first.
    package var open: [OpenRun]
    /// Whether its last runs failed, as many in a row as it may have; those made before ``StoredSchedule/failuresSince`` do not count.
    package var hasFailedTooOften: Bool

    package init(
        schedule: StoredSchedule, deployment: StoredDeployment, open: [OpenRun] = [], hasFailedTooOften: Bool = false
    ) {
        self.schedule = schedule
        self.deployment = deployment
        self.open = open
        self.hasFailedTooOften = hasFailedTooOften
    }

    /// A run that has not ended.
    package struct OpenRun: Sendable, Hashable {
        package var id: Identifier
        package var name: String
        /// Whether somebody wants it to end.
        package var isToEnd: Bool
        /// The work queue that it waits in, where that is paused; nil = nothing of that.
        package var pausedQueue: String?

        package init(id: Identifier, name: String, isToEnd: Bool, pausedQueue: String? = nil) {
            self.id = id
            self.name = name
            self.isToEnd = isToEnd
            self.pausedQueue = pausedQueue
        }
    }
}

/// What was decided about a schedule.
package struct ScheduleStep: Sendable {
    package var schedule: Identifier
    /// That of the schedule that was looked at: nothing happens where it has changed since.
    package var revision: Int64
    /// The last slot that was dealt with; nil = none was.
    package var cursor: ScheduleSlot?
    package var nextAt: Timestamp?
    package var failures: Int
    /// Why it pauses itself; nil = it does not.
    package var pauseReason: String?
    /// In the order of the slots.
    package var slots: [Slot]
    /// What ends for the run that it makes; nothing does where that is there already.
    package var ending: Ending?
    package var at: Timestamp

    /// Slots with one fate.
    package struct Slot: Sendable {
        package var record: ScheduleSlotRecord
        /// The run that it makes.
        package var draft: RunDraft?

        package init(record: ScheduleSlotRecord, draft: RunDraft? = nil) {
            self.record = record
            self.draft = draft
        }
    }

    /// Runs that end for a newer one.
    package struct Ending: Sendable {
        package var runs: [Identifier]
        package var request: CancellationRequest

        package init(runs: [Identifier], request: CancellationRequest) {
            self.runs = runs
            self.request = request
        }
    }

    package init(
        schedule: Identifier, revision: Int64, cursor: ScheduleSlot?, nextAt: Timestamp?, failures: Int,
        pauseReason: String?, slots: [Slot], at: Timestamp
    ) {
        self.schedule = schedule
        self.revision = revision
        self.cursor = cursor
        self.nextAt = nextAt
        self.failures = failures
        self.pauseReason = pauseReason
        self.slots = slots
        self.at = at
    }
}

/// What became of steps.
package struct ScheduleOutcome: Sendable {
    /// Schedules whose steps were taken; the others had changed.
    package var taken: Set<Identifier> = []
    /// Runs that were made.
    package var runs: [FlowRun] = []
    /// Runs that have ended for newer ones, and live ones that are to end.
    package var cancelled: [FlowRun] = []

    package init() {}
}

/// What became of schedules that were to take the place of all that a deployment has.
package enum ScheduleReplacement: Sendable {
    case done(kept: [StoredSchedule], removed: [StoredSchedule])
    /// The deployment has other schedules than whoever asked has seen: these.
    case changed([StoredSchedule])
    /// There is no such deployment any more.
    case noDeployment
}

/// What became of a schedule that was to be saved.
package enum ScheduleSaving: Sendable {
    case saved(StoredSchedule, isNew: Bool)
    /// There is one of its slug, and it is not to be changed.
    case exists
    /// There is no such deployment any more.
    case noDeployment
}
