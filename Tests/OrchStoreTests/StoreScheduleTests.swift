import OrchModel
import Testing

@testable import OrchStore

extension StoreConformance {
    struct StoreScheduleTests {
        private static func spec(_ slug: String = "daily", _ change: (inout ScheduleSpec) -> Void = { _ in })
            -> ScheduleSpec
        {
            var spec = ScheduleSpec(slug: slug, rule: .cron("0 7 * * *"), timezone: "Europe/Berlin")
            change(&spec)
            return spec
        }

        private static func slot(_ text: String) throws -> ScheduleSlot { try #require(ScheduleSlot(text)) }

        private static func deployment(
            _ store: any Store, schedules: [ScheduleSpec]? = nil, fingerprint: String = "one", at seconds: Double = 0
        ) async throws -> Deployment {
            var draft = Sample.deployment(fingerprint: fingerprint)
            draft.request.schedules = schedules
            return try await store.saveDeployment(draft, at: Sample.at(seconds)).deployment
        }

        private static func saved(
            _ store: any Store, _ spec: ScheduleSpec = spec(), of deployment: Deployment? = nil, at seconds: Double = 1
        ) async throws -> StoredSchedule {
            let owner = if let deployment { deployment } else { try await Self.deployment(store) }
            let saving = try await store.saveSchedule(spec, of: owner.id, replaces: true, at: Sample.at(seconds))
            guard case .saved(let schedule, _) = saving else { throw StoreError.missingRun("schedule") }
            return schedule
        }

        private static func step(
            _ schedule: StoredSchedule, _ slots: [ScheduleStep.Slot], next seconds: Double? = nil, at: Double = 10
        ) -> ScheduleStep {
            ScheduleStep(
                schedule: schedule.id, revision: schedule.revision, cursor: slots.last?.record.last,
                nextAt: seconds.map(Sample.at), failures: 0, pauseReason: nil, slots: slots, at: Sample.at(at))
        }

        private static func skipped(_ text: String, _ reason: String) throws -> ScheduleStep.Slot {
            ScheduleStep.Slot(
                record: ScheduleSlotRecord(
                    first: try slot(text), last: try slot(text), count: 1, outcome: .skipped, reason: reason,
                    at: Sample.at(10)))
        }

        private static func made(_ schedule: StoredSchedule, _ text: String) throws -> ScheduleStep.Slot {
            var draft = Sample.run("run-\(text)")
            let scheduled = ScheduledSlot(scheduleID: schedule.id, slug: schedule.spec.slug, slot: try slot(text))
            (draft.run.schedule, draft.run.idempotencyKey) = (scheduled, scheduled.key)
            let record = ScheduleSlotRecord(
                first: scheduled.slot, last: scheduled.slot, count: 1, outcome: .run, runID: draft.run.id,
                at: Sample.at(10))
            return ScheduleStep.Slot(record: record, draft: draft)
        }

        @Test("A schedule is kept under its slug, and changed only where that is asked for", arguments: StoreKind.all)
        func saves(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let deployment = try await Self.deployment(store)
                let spec = Self.spec { $0.parameters = ["month": 3] }
                let schedule = try await Self.saved(store, spec, of: deployment)
                #expect(schedule.spec == spec && schedule.isActive && schedule.nextAt == Sample.at(1))
                #expect(try await store.schedules(ofDeployment: deployment.id).readable == [schedule])
                let again = try await store.saveSchedule(spec, of: deployment.id, replaces: false, at: Sample.at(2))
                guard case .exists = again else {
                    Issue.record("expected a refusal, got \(again)")
                    return
                }
                let gone = try await store.saveSchedule(spec, of: .new(), replaces: false, at: Sample.at(2))
                guard case .noDeployment = gone else {
                    Issue.record("expected a refusal, got \(gone)")
                    return
                }
                #expect(try await store.deleteSchedule(schedule.id))
                #expect(try await !store.deleteSchedule(schedule.id))
                #expect(try await store.schedules(ofDeployment: nil).readable.isEmpty)
            }
        }

        @Test(
            "When and why it was paused is known after it goes on; so is when its deployment was",
            arguments: StoreKind.all)
        func remembersPauses(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let deployment = try await Self.deployment(store)
                let id = try await Self.saved(store, of: deployment).id
                func lastPause() async throws -> PastPause? { try await store.schedule(id)?.lastPause }
                func ofDeployment() async throws -> PastPause? { try await store.deployment(deployment.id)?.lastPause }
                #expect(try await lastPause() == nil)
                for seconds in [2.0, 3] {
                    _ = try await store.pauseSchedule(
                        id, SchedulePause(isPaused: true, reason: "the source moves"), at: Sample.at(seconds))
                    _ = try await store.pauseDeployment(
                        deployment.id, DeploymentPause(isPaused: true), at: Sample.at(seconds))
                }
                #expect(try await lastPause() == PastPause(start: Sample.at(2), reason: "the source moves"))
                #expect(try await ofDeployment() == PastPause(start: Sample.at(2)))
                for seconds in [5.0, 6] {
                    _ = try await store.pauseSchedule(id, SchedulePause(isPaused: false), at: Sample.at(seconds))
                    _ = try await store.pauseDeployment(
                        deployment.id, DeploymentPause(isPaused: false), at: Sample.at(seconds))
                }
                let past = PastPause(start: Sample.at(2), end: Sample.at(5), reason: "the source moves")
                #expect(try await lastPause() == past && past.holds(Sample.at(2)) && !past.holds(Sample.at(5)))
                #expect(try await ofDeployment() == PastPause(start: Sample.at(2), end: Sample.at(5)))
                // It pauses itself, and a new content lets it go on.
                var step = Self.step(try #require(try await store.schedule(id)), [], at: 7)
                step.pauseReason = "its last run failed"
                _ = try await store.take([step], at: Sample.at(7))
                #expect(try await lastPause() == PastPause(start: Sample.at(7), reason: "its last run failed"))
                _ = try await Self.saved(store, Self.spec { $0.isActive = true }, of: deployment, at: 8)
                #expect(try await lastPause()?.end == Sample.at(8))
                _ = try await Self.saved(store, Self.spec { $0.isActive = false }, of: deployment, at: 9)
                #expect(try await lastPause() == PastPause(start: Sample.at(9)))
            }
        }

        @Test("Who skips what passed while a rule has not begun skips nothing", arguments: StoreKind.all)
        func skipsNothingBeforeTheFirst(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let spec = Self.spec { $0.rule = .rrule("DTSTART:20300101T070000\nRRULE:FREQ=DAILY") }
                let id = try await Self.saved(store, spec).id
                for isPaused in [true, false] {
                    _ = try await store.pauseSchedule(
                        id, SchedulePause(isPaused: isPaused, skipsMissed: true), at: Sample.at(isPaused ? 2 : 864_000))
                }
                #expect(try await store.slots(ofSchedule: id, limit: 10).isEmpty)
                #expect(try await store.schedule(id)?.cursor == nil)
            }
        }

        @Test("A run of a slot that waits in a paused queue is known as such", arguments: StoreKind.all)
        func knowsPausedQueues(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let schedule = try await Self.saved(store)
                _ = try await store.take(
                    [Self.step(schedule, [try Self.made(schedule, "2020-09-14T07:00/0")], next: 11)], at: Sample.at(10))
                func queue() async throws -> String? {
                    try await store.dueSchedules(at: Sample.at(12), limit: 10).readable.first?.open.first?.pausedQueue
                }
                #expect(try await queue() == nil)
                try await store.changeQueue("default", WorkQueueChange(isPaused: true), by: "a", at: Sample.at(11))
                #expect(try await queue() == "default")
            }
        }

        @Test("A step is taken once, and each of its slots makes one run", arguments: StoreKind.all)
        func takesOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let schedule = try await Self.saved(store)
                let steps = try (0..<4).map { _ in
                    Self.step(schedule, [try Self.made(schedule, "2020-09-14T07:00/0")], next: 100)
                }
                let outcomes = try await withThrowingTaskGroup(of: ScheduleOutcome.self) { group in
                    for step in steps { group.addTask { try await store.take([step], at: Sample.at(10)) } }
                    return try await group.reduce(into: [ScheduleOutcome]()) { $0.append($1) }
                }
                #expect(outcomes.count { $0.taken == [schedule.id] } == 1)
                let runs = try await store.runs(matching: RunQuery())
                #expect(runs.count == 1 && runs.first?.schedule?.slot.description == "2020-09-14T07:00/0")
                let slots = try await store.slots(ofSchedule: schedule.id, limit: 10)
                #expect(slots.map(\.runID) == runs.map(\.id) && slots.map(\.runState) == ["Scheduled"])
                let known = try #require(try await store.schedule(schedule.id))
                #expect(known.cursor == slots.first?.last && known.nextAt == Sample.at(100))
                #expect(known.revision > schedule.revision)
                // Whatever happens to the cursor: the slot has its run.
                _ = try await store.take(
                    [Self.step(known, [try Self.made(known, "2020-09-14T07:00/0")])], at: Sample.at(11))
                #expect(try await store.runs(matching: RunQuery()).map(\.id) == runs.map(\.id))
            }
        }

        @Test("Runs end for a newer one only where that is made now", arguments: StoreKind.all)
        func endsForANewerRun(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var schedule = try await Self.saved(store, Self.spec { $0.overlap = .cancelOther })
                func take(_ slot: String, of looked: StoredSchedule, ending runs: [Identifier]) async throws
                    -> ScheduleOutcome
                {
                    var step = Self.step(looked, [try Self.made(looked, slot)], next: 100)
                    step.ending = ScheduleStep.Ending(
                        runs: runs, request: CancellationRequest(by: "schedule daily", at: Sample.at(10)))
                    return try await store.take([step], at: Sample.at(10))
                }
                func states() async throws -> [StateType] {
                    try await store.runs(matching: RunQuery()).map(\.state.type).reversed()
                }
                _ = try await take("2020-09-14T07:00/0", of: schedule, ending: [])
                let first = try #require(try await store.claim(Sample.claim()).first?.run.id)
                // Somebody pauses and resumes it while the next step is made: nothing of that is done.
                let looked = try #require(try await store.schedule(schedule.id))
                for isPaused in [true, false] {
                    _ = try await store.pauseSchedule(schedule.id, SchedulePause(isPaused: isPaused), at: Sample.at(9))
                }
                let late = try await take("2020-09-15T07:00/0", of: looked, ending: [first])
                #expect(late.taken.isEmpty && late.cancelled.isEmpty)
                #expect(try await states() == [.pending])
                // The slot has its run.
                schedule = try #require(try await store.schedule(schedule.id))
                let again = try await take("2020-09-14T07:00/0", of: schedule, ending: [first])
                #expect(again.taken == [schedule.id] && again.cancelled.isEmpty)
                #expect(try await states() == [.pending])
                schedule = try #require(try await store.schedule(schedule.id))
                let next = try await take("2020-09-15T07:00/0", of: schedule, ending: [first])
                #expect(next.cancelled.map(\.id) == [first] && next.runs.count == 1)
                #expect(try await states() == [.cancelling, .scheduled])
            }
        }

        @Test("A schedule that is saved while a step of it is taken goes on after that step")
        func savesBesideAStep() async throws {
            let kind = try #require(StoreKind.all.first { $0.name == "PostgreSQL" })
            try await kind.withStore { store in
                let relational = try #require(store as? RelationalStore)
                let deployment = try await Self.deployment(store)
                let schedule = try await Self.saved(store, of: deployment)
                let (isTaking, taking) = AsyncStream<Void>.makeStream()
                async let step: Bool = relational.write { db in
                    try db.run(
                        "UPDATE schedule SET revision = revision + 1, cursor_slot = '2020-09-14T07:00/0' WHERE id = ?",
                        ["\(schedule.id)"])
                    taking.finish()
                    let waiting = """
                        SELECT 1 FROM pg_locks
                        WHERE NOT granted AND transactionid::text = pg_current_xact_id()::xid::text
                        """
                    for _ in 0..<3000 {
                        if try db.row(waiting) != nil { return true }
                        _ = try db.rows("SELECT pg_sleep(0.01)")
                    }
                    return false
                }
                for await _ in isTaking {}
                let saved = try await Self.saved(store, Self.spec { $0.missed = .all }, of: deployment)
                #expect(try await step)
                #expect(saved.cursor?.description == "2020-09-14T07:00/0")
            }
        }

        @Test("Slots skipped one after the other for one reason are one row", arguments: StoreKind.all)
        func joinsSkipped(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var schedule = try await Self.saved(store)
                let slots = [
                    [try Self.skipped("2020-09-13T07:00/0", "late"), try Self.skipped("2020-09-14T07:00/0", "late")],
                    [try Self.skipped("2020-09-15T07:00/0", "late"), try Self.made(schedule, "2020-09-16T07:00/0")],
                    [try Self.skipped("2020-09-17T07:00/0", "late"), try Self.skipped("2020-09-18T07:00/0", "busy")],
                ]
                for slots in slots {
                    _ = try await store.take([Self.step(schedule, slots)], at: Sample.at(10))
                    schedule = try #require(try await store.schedule(schedule.id))
                }
                let rows = try await store.slots(ofSchedule: schedule.id, limit: 10)
                #expect(rows.map(\.count) == [1, 1, 1, 3])
                #expect(rows.map(\.reason) == ["busy", "late", nil, "late"])
                #expect(rows.last?.first.description == "2020-09-13T07:00/0")
                #expect(rows.last?.last.description == "2020-09-15T07:00/0")
                #expect(try await store.slots(ofSchedule: schedule.id, limit: 1).map(\.reason) == ["busy"])
            }
        }

        @Test(
            "Schedules that are due come with what a decision needs, those that wait longest first",
            arguments: StoreKind.all)
        func due(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let deployment = try await Self.deployment(store)
                let late = try await Self.saved(store, Self.spec("late"), of: deployment, at: 3)
                let early = try await Self.saved(store, Self.spec("early"), of: deployment, at: 2)
                let paused = try await Self.saved(
                    store, Self.spec("paused") { $0.isActive = false }, of: deployment, at: 1)
                #expect(!paused.isActive)
                #expect(try await store.nextScheduleLook() == Sample.at(2))
                #expect(
                    try await store.dueSchedules(at: Sample.at(2), limit: 10).readable.map(\.schedule.id) == [early.id])
                #expect(
                    try await store.dueSchedules(at: Sample.at(9), limit: 10).readable.map(\.schedule.id) == [
                        early.id, late.id,
                    ])
                #expect(
                    try await store.dueSchedules(at: Sample.at(9), limit: 1).readable.map(\.schedule.id) == [early.id])
                _ = try await store.take(
                    [Self.step(early, [try Self.made(early, "2020-09-14T07:00/0")], next: 2)], at: Sample.at(9))
                let due = try #require(try await store.dueSchedules(at: Sample.at(9), limit: 1).readable.first)
                #expect(
                    due.open.map(\.name) == ["run-2020-09-14T07:00/0"] && due.deployment.deployment.id == deployment.id)
                let run = try #require(due.open.first)
                _ = try await store.requestCancellation(of: run.id, CancellationRequest(by: "test", at: Sample.at(9)))
                #expect(try await store.dueSchedules(at: Sample.at(9), limit: 1).readable.first?.open.isEmpty == true)
                // Nobody looks at a schedule that fires no more.
                let known = try #require(try await store.schedule(early.id))
                _ = try await store.take([Self.step(known, [])], at: Sample.at(9))
                #expect(try await store.nextScheduleLook() == Sample.at(3))
            }
        }

        @Test("What cannot be read comes apart from the others, and rests", arguments: StoreKind.all)
        func unreadable(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let relational = try #require(store as? RelationalStore)
                let deployment = try await Self.deployment(store)
                let good = try await Self.saved(store, Self.spec("good"), of: deployment)
                let bad = try await Self.saved(store, Self.spec("bad"), of: deployment)
                _ = try await relational.write { db in
                    try db.run("UPDATE schedule SET spec = '{}' WHERE id = ?", ["\(bad.id)"])
                }
                let due = try await store.dueSchedules(at: Sample.at(2), limit: 10)
                #expect(due.readable.map(\.schedule.id) == [good.id])
                #expect(due.unreadable.map(\.id) == ["\(bad.id)"])
                #expect(due.unreadable.first?.reason.contains("schedule.spec") == true)
                try await store.restSchedules(due.unreadable.map(\.id), until: Sample.at(62))
                #expect(try await store.dueSchedules(at: Sample.at(61), limit: 10).unreadable.isEmpty)
                #expect(try await store.dueSchedules(at: Sample.at(62), limit: 10).unreadable.count == 1)
            }
        }

        @Test("A run whose schedule lets none overlap waits for the one before", arguments: StoreKind.all)
        func oneAtATime(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let schedule = try await Self.saved(store, Self.spec { $0.overlap = .bufferAll })
                let slots = [
                    try Self.made(schedule, "2020-09-13T07:00/0"), try Self.made(schedule, "2020-09-14T07:00/0"),
                ]
                _ = try await store.take([Self.step(schedule, slots)], at: Sample.at(10))
                let first = try await store.claim(Sample.claim(limit: 5, at: 20))
                #expect(first.map(\.run.name) == ["run-2020-09-13T07:00/0"])
                #expect(try await store.claim(Sample.claim(limit: 5, at: 21)).isEmpty)
                let key = try #require(first.first?.key)
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.completed, at: 22)), to: key, at: 22)
                #expect(
                    try await store.claim(Sample.claim(limit: 5, at: 23)).map(\.run.name) == ["run-2020-09-14T07:00/0"])
            }
        }

        @Test("Runs that failed one after the other are counted from the last change on", arguments: StoreKind.all)
        func failures(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let schedule = try await Self.saved(store, Self.spec { $0.pauseAfterFailures = 2 }, at: 0)
                _ = try await store.take(
                    [
                        Self.step(
                            schedule,
                            [
                                try Self.made(schedule, "2020-09-13T07:00/0"),
                                try Self.made(schedule, "2020-09-14T07:00/0"),
                            ],
                            next: 0)
                    ], at: Sample.at(10))
                for second in [20.0, 30] {
                    #expect(
                        try await store.dueSchedules(at: Sample.at(99), limit: 9).readable.map(\.hasFailedTooOften) == [
                            false
                        ])
                    let key = try #require(try await store.claim(Sample.claim(at: second)).first?.key)
                    _ = try await store.apply(
                        AttemptReport(token: "", state: Sample.state(.failed, at: second + 1)), to: key, at: second + 1)
                }
                #expect(
                    try await store.dueSchedules(at: Sample.at(99), limit: 9).readable.map(\.hasFailedTooOften) == [
                        true
                    ])
                for isPaused in [true, false] {
                    _ = try await store.pauseSchedule(schedule.id, SchedulePause(isPaused: isPaused), at: Sample.at(40))
                }
                #expect(
                    try await store.dueSchedules(at: Sample.at(99), limit: 9).readable.map(\.hasFailedTooOften) == [
                        false
                    ])
            }
        }

        @Test(
            "A paused schedule is not looked at, and one that goes on may pass over what it missed",
            arguments: StoreKind.all)
        func pauses(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let schedule = try await Self.saved(store, at: 0)
                let paused = try await store.pauseSchedule(
                    schedule.id, SchedulePause(isPaused: true, reason: "moved"), at: Sample.at(5))
                #expect(paused?.isActive == false && paused?.pauseReason == "moved" && paused?.nextAt == nil)
                #expect(try await store.nextScheduleLook() == nil)
                // A decision about what it was is not heard.
                #expect(
                    try await store.take(
                        [Self.step(schedule, [try Self.made(schedule, "2020-09-14T07:00/0")])], at: Sample.at(6)
                    ).taken.isEmpty)
                let later = 3 * 86_400.0
                let resumed = try await store.pauseSchedule(
                    schedule.id, SchedulePause(isPaused: false, skipsMissed: true), at: Sample.at(later))
                #expect(resumed?.isActive == true && resumed?.nextAt == Sample.at(later) && resumed?.pauseReason == nil)
                #expect(resumed?.cursor?.description == "2020-09-16T07:00/0")
                let rows = try await store.slots(ofSchedule: schedule.id, limit: 9)
                #expect(rows.map(\.first.description) == ["2020-09-14T07:00/0"])
                #expect(rows.map(\.outcome) == [.skipped])
            }
        }

        @Test(
            "A deployment that goes on may pass over what its schedules missed, but for those that are paused themselves",
            arguments: StoreKind.all)
        func skipsMissedOfADeployment(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let deployment = try await Self.deployment(store, schedules: [Self.spec("daily"), Self.spec("off")])
                let schedules = try await store.schedules(ofDeployment: deployment.id).readable
                let daily = try #require(schedules.first { $0.spec.slug == "daily" })
                let off = try #require(schedules.first { $0.spec.slug == "off" })
                _ = try await store.pauseSchedule(off.id, SchedulePause(isPaused: true), at: Sample.at(1))
                let wish = DeploymentPause(isPaused: false, skipsMissed: true)
                let later = Sample.at(3 * 86_400)
                // Nothing was paused: nothing was missed because of that.
                _ = try await store.pauseDeployment(deployment.id, wish, at: later)
                #expect(try await store.schedule(daily.id)?.cursor == nil)
                _ = try await store.pauseDeployment(deployment.id, DeploymentPause(isPaused: true), at: Sample.at(2))
                _ = try await store.pauseDeployment(deployment.id, wish, at: later)
                #expect(try await store.schedule(daily.id)?.cursor?.description == "2020-09-16T07:00/0")
                #expect(try await store.schedule(off.id)?.cursor == nil)
                let rows = try await store.slots(ofSchedule: daily.id, limit: 9)
                #expect(rows.map(\.outcome) == [.skipped])
                #expect(rows.first?.reason?.contains("while its deployment was paused") == true)
            }
        }

        @Test(
            "A deployment's content changes the schedules that it says otherwise, and no others",
            arguments: StoreKind.all)
        func ofAContent(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let (daily, weekly) = (Self.spec("daily"), Self.spec("weekly") { $0.rule = .cron("0 7 * * 1") })
                let deployment = try await Self.deployment(store, schedules: [daily, weekly])
                func slugs() async throws -> [String] {
                    try await store.schedules(ofDeployment: deployment.id).readable.map {
                        "\($0.spec.slug) \($0.isActive)"
                    }
                }
                #expect(try await slugs() == ["daily true", "weekly true"])
                let first = try #require(try await store.schedules(ofDeployment: deployment.id).readable.first)
                _ = try await store.pauseSchedule(first.id, SchedulePause(isPaused: true), at: Sample.at(2))
                _ = try await Self.saved(store, Self.spec("by-hand"), of: deployment)
                // Another content that says the same of schedules, and one that says nothing.
                _ = try await Self.deployment(store, schedules: [daily, weekly], fingerprint: "two", at: 3)
                #expect(try await slugs() == ["by-hand true", "daily false", "weekly true"])
                _ = try await Self.deployment(store, schedules: nil, fingerprint: "three", at: 4)
                #expect(try await slugs() == ["by-hand true", "daily false", "weekly true"])
                _ = try await Self.deployment(store, schedules: [daily, weekly], fingerprint: "four", at: 5)
                var changed = daily
                changed.timezone = "UTC"
                _ = try await Self.deployment(store, schedules: [changed], fingerprint: "five", at: 6)
                #expect(try await slugs() == ["by-hand true", "daily false"])
                #expect(try await store.schedule(first.id)?.spec.timezone == "UTC")
                _ = try await Self.deployment(store, schedules: [], fingerprint: "six", at: 7)
                #expect(try await slugs().isEmpty)
            }
        }

        @Test(
            "A change of the rule begins when it is made; another change leaves off where the schedule was",
            arguments: StoreKind.all)
        func changes(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let deployment = try await Self.deployment(store)
                let schedule = try await Self.saved(store, of: deployment)
                _ = try await store.take(
                    [Self.step(schedule, [try Self.made(schedule, "2020-09-14T07:00/0")])], at: Sample.at(9))
                let patient = try await Self.saved(store, Self.spec { $0.missed = .all }, of: deployment, at: 20)
                #expect(patient.cursor?.description == "2020-09-14T07:00/0" && patient.nextAt == Sample.at(20))
                let moved = try await Self.saved(
                    store, Self.spec { $0.rule = .cron("0 8 * * *") }, of: deployment, at: 30)
                #expect(moved.cursor == nil && moved.cursorAt == Sample.at(30) && moved.id == schedule.id)
            }
        }

        @Test("A deployment that is deleted takes its schedules and their limits along", arguments: StoreKind.all)
        func goesWithItsDeployment(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let specs = [Self.spec(), Self.spec("buffered") { $0.overlap = .bufferAll }]
                let deployment = try await Self.deployment(store, schedules: specs)
                #expect(try await store.runLimits().count == 1)
                #expect(try await store.deleteDeployment(deployment.id))
                #expect(try await store.schedules(ofDeployment: nil).readable.isEmpty)
                #expect(try await store.runLimits().isEmpty)
            }
        }

        @Test("A deployment that goes on has its schedules looked at", arguments: StoreKind.all)
        func goesOn(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let deployment = try await Self.deployment(store)
                let schedule = try await Self.saved(store, of: deployment)
                _ = try await store.take([Self.step(schedule, [])], at: Sample.at(9))
                #expect(try await store.nextScheduleLook() == nil)
                _ = try await store.pauseDeployment(deployment.id, DeploymentPause(isPaused: false), at: Sample.at(50))
                #expect(try await store.nextScheduleLook() == Sample.at(50))
            }
        }
    }
}
