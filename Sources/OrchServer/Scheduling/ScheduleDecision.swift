import OrchModel
import OrchStore

/// What is done about a schedule at a moment: which of its slots make runs, which are skipped and why, and when it is to be
/// looked at again. The rules alone, no I/O.
struct ScheduleDecision {
    /// What becomes of a slot.
    enum Fate: Hashable {
        /// It makes a run. `isMissed`: nothing could start it at its time, so that it is made up for.
        case run(isMissed: Bool)
        case skip(String)
    }

    /// A slot with its fate.
    struct Slot {
        var fire: ScheduleFire
        /// When its run is due: the slot and its jitter, and no earlier than the run of the slot before.
        var due: Timestamp
        var fate: Fate
        /// What was paused at its time, for a sentence; nil = nothing that is known.
        var pause: String?

        /// Why its run did not start at its time, where it did not.
        var obstacle: String { pause ?? "nothing could start it at its time" }
    }

    /// In the order of the slots.
    private(set) var slots: [Slot] = []
    /// Runs that are to end for the newest.
    private(set) var cancels: [DueSchedule.OpenRun] = []
    /// When it is to be looked at again; nil = not before something else changes.
    private(set) var next: Timestamp?
    /// Why it pauses itself.
    private(set) var pauseReason: String?

    /// A slot that is due for longer than this was missed.
    static let patience = Duration.seconds(60)
    /// So many slots are looked at in one step, and so many runs made.
    static let mostSlots = 10_000
    static let mostRuns = 200

    private let due: DueSchedule
    private let now: Timestamp
    private var spec: ScheduleSpec { due.schedule.spec }
    /// Whether more slots are due than one step looks at.
    private var isPartial = false
    /// Runs that have not ended, and those that are made now.
    private var live: Int

    /// Decides.
    ///
    /// - Parameters:
    ///   - due: the schedule, as it is kept.
    ///   - timetable: its slots.
    init(_ due: DueSchedule, _ timetable: Timetable, at now: Timestamp) {
        (self.due, self.now) = (due, now)
        live = due.open.count
        // It is looked at again when its deployment goes on.
        guard due.deployment.deployment.isPaused != true, due.schedule.isActive else { return }
        if due.hasFailedTooOften, let count = due.schedule.spec.pauseAfterFailures {
            pauseReason = count == 1 ? "its last run failed" : "its last \(count) runs failed"
            return
        }
        collect(timetable)
        for index in slots.indices { slots[index].fate = missed(index) }
        for index in slots.indices {
            guard case .run(let isMissed) = slots[index].fate else { continue }
            slots[index].fate = overlap(index, isMissed: isMissed)
            guard case .run = slots[index].fate else { continue }
            live += 1
            guard live - due.open.count >= Self.mostRuns, index + 1 < slots.count else { continue }
            slots.removeSubrange((index + 1)...)
            next = now
            return
        }
    }

    /// The slots that are due, and when the next one is.
    private mutating func collect(_ timetable: Timetable) {
        var last = due.schedule.cursor.map(timetable.instant) ?? due.schedule.cursorAt
        while let fire = timetable.next(after: last) {
            let own = fire.instant + fire.slot.delay(of: due.schedule.id, jitter: spec.jitterSeconds)
            // Slots are dealt with in their order: one whose share of the jitter is smaller waits for the one before.
            let moment = max(own, slots.last?.due ?? own)
            guard moment <= now, slots.count < Self.mostSlots else {
                isPartial = moment <= now
                next = isPartial ? now : moment
                return
            }
            slots.append(Slot(fire: fire, due: moment, fate: .run(isMissed: false), pause: pause(at: moment)))
            last = fire.instant
        }
    }

    /// What was paused at a time.
    private func pause(at moment: Timestamp) -> String? {
        if let pause = due.schedule.lastPause, pause.holds(moment) {
            return "the schedule was paused at its time" + (pause.reason.map { " (\($0))" } ?? "")
        }
        let isHeld = due.deployment.lastPause?.holds(moment) == true
        return isHeld ? "its deployment was paused at its time" : nil
    }

    /// What the policy for missed slots makes of one.
    private func missed(_ index: Int) -> Fate {
        let slot = slots[index]
        // One that is little late goes with those that are made up for before it: they are no reason to skip it.
        guard slot.due < now - Self.patience else { return .run(isMissed: isMadeUp(before: index)) }
        let isCatchup = spec.catchup && slot.fire.instant <= due.schedule.caughtUpAt
        let window = spec.catchupWindowSeconds ?? (isCatchup ? nil : ScheduleSpec.catchupWindowDefault)
        if let window, slot.due < now - .seconds(window) {
            let length = ScheduleSpec.text(ofSeconds: window)
            let pause = slot.pause.map { "\($0), and " } ?? ""
            return .skip("\(pause)it passed longer ago than the catch-up window of \(length)")
        }
        switch isCatchup ? .all : spec.missed {
        case .all: return .run(isMissed: true)
        case .none: return .skip("\(slot.obstacle) (missed: none)")
        case .latest:
            let isLast = index == slots.count - 1 && !isPartial
            return isLast
                ? .run(isMissed: true)
                : .skip("\(slot.obstacle), and a later one came (missed: latest)")
        }
    }

    /// Whether the slot before this one is made up for, one by one.
    private func isMadeUp(before index: Int) -> Bool {
        guard spec.missed == .all || spec.catchup, index > 0, case .run(let isMissed) = slots[index - 1].fate else {
            return false
        }
        return isMissed
    }

    /// What the policy for runs that overlap makes of a slot that is to make one.
    private mutating func overlap(_ index: Int, isMissed: Bool) -> Fate {
        // What is made up for one by one waits for its turn: to skip it is what the other policies are for.
        let isMadeUp = isMissed && (spec.missed == .all || spec.catchup)
        switch spec.overlap {
        case .allow: return .run(isMissed: isMissed)
        case .skip:
            // What depends on the past cannot overlap: its runs wait for each other, and to skip one would be to lose it.
            guard live > 0, !isMadeUp, due.deployment.deployment.dependsOnPast != true else {
                return .run(isMissed: isMissed)
            }
            return .skip("\(other)\(waits) (overlap: skip)")
        case .bufferOne, .bufferAll:
            let most = spec.maxQueued ?? (spec.overlap == .bufferOne && !isMadeUp ? 1 : .max)
            guard live > 0, live - 1 >= most else { return .run(isMissed: isMissed) }
            return .skip(
                "\(other)\(waits), and \(most == 1 ? "one waits" : "\(most) wait") already (overlap: \(spec.overlap.rawValue))"
            )
        case .cancelOther, .terminateOther:
            let hasLater = slots[(index + 1)...].contains { if case .run = $0.fate { true } else { false } }
            guard !hasLater, !isPartial else {
                return .skip("a later one took its place (overlap: \(spec.overlap.rawValue))")
            }
            // What has its time to end is ended at once all the same.
            cancels = due.open.filter { !$0.isToEnd || spec.overlap == .terminateOther }
            return .run(isMissed: isMissed)
        }
    }

    /// What has not ended, for a sentence.
    private var other: String { due.open.first.map { "run \($0.name)" } ?? "the run of the slot before" }

    /// How that stands: a paused queue is why it does not even begin.
    private var waits: String {
        due.open.first?.pausedQueue.map { " waits in the paused queue \($0)" } ?? " has not ended"
    }
}
