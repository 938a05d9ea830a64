import Hummingbird
import HummingbirdTesting
import Logging
import OrchModel
import Synchronization
import TestSupport
import Testing

@testable import OrchServer
@testable import OrchStore

/// The scheduler on a clock that the tests put.
struct SchedulerTests {
    /// A clock that stands still until it is put.
    final class Clock: Sendable {
        private let time: Mutex<Timestamp>

        init(_ start: Timestamp) { time = Mutex(start) }

        var now: Timestamp { time.withLock { $0 } }

        func put(_ text: String) throws {
            let new = try #require(Timestamp(text))
            time.withLock { $0 = new }
        }
    }

    /// A controller whose clock shows 2026-03-01T12:00Z.
    private func with(_ body: @Sendable (ServerFixture, Clock) async throws -> Void) async throws {
        let clock = Clock(try #require(Timestamp("2026-03-01T12:00:00Z")))
        try await TemporaryFolder.with { folder in
            // Days pass at once here, and no claim is lost by that.
            let controller = try await ServerFixture.open(
                folder, { $0.lease = .seconds(365 * 86_400) }, wallClock: { clock.now })
            try await controller.application.test(.router) { client in
                try await body(ServerFixture(controller: controller, folder: folder, client: client), clock)
            }
            try await controller.store.close()
        }
    }

    private func schedule(
        _ server: ServerFixture, _ change: (inout ScheduleSpec) -> Void = { _ in }
    ) async throws -> Schedule {
        try await server.succeed(.post, "deployments", ServerFixture.deployment())
        var spec = ScheduleSpec(slug: "daily", rule: .cron("0 7 * * *"), timezone: "Europe/Berlin")
        change(&spec)
        let request = ScheduleRequest(deployment: "docker-flow", schedule: spec)
        return try await server.call(.post, "schedules", request, as: ScheduleReply.self).schedule
    }

    private func replace(
        _ schedule: Schedule, _ server: ServerFixture, _ change: (inout ScheduleSpec) -> Void
    ) async throws {
        var spec = schedule.spec
        change(&spec)
        let request = ScheduleRequest(deployment: "docker-flow", schedule: spec, replaces: true)
        try await server.succeed(.post, "schedules", request)
    }

    private func runs(_ server: ServerFixture) async throws -> [FlowRun] {
        try await server.controller.store.runs(matching: RunQuery(limit: 1000)).reversed()
    }

    private func slots(_ server: ServerFixture, _ schedule: Schedule) async throws -> [ScheduleSlotRecord] {
        try await server.call(.get, "schedules/\(schedule.id)/slots")
    }

    @Test("A slot makes one run, of the data since the slot before, with the schedule's parameters")
    func makesRuns() async throws {
        try await with { server, clock in
            let schedule = try await schedule(server) { $0.parameters = ["month": 3] }
            await server.controller.scheduler.look()
            #expect(try await runs(server).isEmpty)
            try clock.put("2026-03-02T06:00:00Z")
            for _ in 0..<3 { await server.controller.scheduler.look() }
            let run = try #require(try await runs(server).first)
            #expect(try await runs(server).count == 1)
            #expect(run.schedule?.slot.description == "2026-03-02T07:00/0" && run.schedule?.slug == "daily")
            #expect(run.scheduledFor == clock.now && run.parameters["month"] == 3)
            #expect(run.dataInterval == DataInterval("2026-03-01T06:00:00Z/2026-03-02T06:00:00Z"))
            #expect(run.state.actor == "schedule daily" && run.state.message.contains("2026-03-02T07:00+01:00"))
            let slots = try await slots(server, schedule)
            #expect(slots.map(\.runID) == [run.id] && slots.map(\.runName) == [run.name])
            #expect(try await server.poll().runs.map(\.runID) == [run.id])
        }
    }

    @Test("Two that look at once make one run of each slot")
    func twoSchedulers() async throws {
        try await with { server, clock in
            _ = try await schedule(server) { $0.overlap = .allow }
            await server.controller.scheduler.look()
            for day in 2...6 {
                try clock.put("2026-03-0\(day)T06:00:00Z")
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 { group.addTask { await server.controller.scheduler.look() } }
                }
            }
            let made = try await runs(server).compactMap(\.schedule?.slot.local.day.components.day)
            #expect(made == [2, 3, 4, 5, 6])
        }
    }

    @Test("A clock that is put back makes no run again, and one put forward makes the latest up")
    func clockJumps() async throws {
        try await with { server, clock in
            let schedule = try await schedule(server) { $0.overlap = .allow }
            for text in [
                "2026-03-02T06:00:00Z", "2026-03-01T06:00:00Z", "2026-03-02T06:00:01Z", "2026-03-08T12:00:00Z",
            ] {
                try clock.put(text)
                await server.controller.scheduler.look()
            }
            let made = try await runs(server).compactMap(\.schedule?.slot.local.day.components.day)
            #expect(made == [2, 8])
            let slots = try await slots(server, schedule)
            #expect(slots.map(\.count) == [1, 5, 1] && slots.map(\.outcome) == [.run, .skipped, .run])
            let counted = server.controller.metrics.families.first { $0.description == MetricCatalog.scheduleSlots }
            #expect(counted?.samples.map(\.labels) == [["made-up"], ["run"], ["skipped"]])
            #expect(counted?.samples.map(\.value) == [1, 1, 5])
        }
    }

    @Test("A slot that passed while something was paused says what, and why", arguments: MissedPolicy.allCases)
    func saysPauses(missed: MissedPolicy) async throws {
        try await with { server, clock in
            let schedule = try await schedule(server) { $0.missed = missed }
            await server.controller.scheduler.look()
            let deployment = try #require(try await server.controller.store.deployments().first).id
            func pause(_ isPaused: Bool) async throws {
                let wish = SchedulePause(isPaused: isPaused, reason: isPaused ? "the source moves" : nil)
                try await server.succeed(.post, "schedules/\(schedule.id)/pause", wish)
            }
            try await pause(true)
            try clock.put("2026-03-03T12:00:00Z")
            try await pause(false)
            await server.controller.scheduler.look()
            try await server.succeed(.post, "deployments/\(deployment)/pause", DeploymentPause(isPaused: true))
            try clock.put("2026-03-05T12:00:00Z")
            try await server.succeed(.post, "deployments/\(deployment)/pause", DeploymentPause(isPaused: false))
            await server.controller.scheduler.look()
            try clock.put("2026-03-06T12:00:00Z")
            await server.controller.scheduler.look()
            let own = "the schedule was paused at its time (the source moves)"
            let deployments = "its deployment was paused at its time"
            let reasons = try await slots(server, schedule).reversed().map { $0.reason ?? "" }
            func has(_ texts: [String]) -> Bool {
                reasons.count == texts.count && zip(reasons, texts).allSatisfy { $0.contains($1) }
            }
            switch missed {
            case .none:
                #expect(
                    has(["\(own) (missed: none)", "\(deployments) (missed: none)", "nothing could start it"]),
                    "\(reasons)")
            case .latest:
                let texts = [
                    "\(own), and a later one came", "made up for: \(own)", "\(deployments), and a later one came",
                    "has not ended", "has not ended",
                ]
                #expect(has(texts) || has(Array(texts.dropLast())), "\(reasons)")
            case .all:
                let texts = [own, own, deployments, deployments, "nothing could start it"].map { "made up for: \($0)" }
                #expect(has(texts), "\(reasons)")
            }
        }
    }

    @Test("A slot that is skipped as the run before waits in a paused queue says so")
    func saysPausedQueue() async throws {
        try await with { server, clock in
            let schedule = try await schedule(server)
            try await server.succeed(.post, "work-queues/default", WorkQueueChange(isPaused: true))
            for day in 2...3 {
                try clock.put("2026-03-0\(day)T06:00:00Z")
                await server.controller.scheduler.look()
            }
            let reason = try #require(try await slots(server, schedule).first?.reason)
            #expect(reason.hasSuffix("waits in the paused queue default (overlap: skip)"))
        }
    }

    @Test("A slot that can make no run is skipped with the reason, and after enough of them the schedule pauses")
    func badParameters() async throws {
        try await with { server, clock in
            let schedule = try await schedule(server) {
                $0.pauseAfterFailures = 2
                $0.parameters = ["month": 12]
            }
            // The flow changes so that the schedule's parameters fit no more.
            var changed = ServerFixture.deployment(parameters: ["month": 1])
            changed.parameterSchema = ParameterSchema([
                .init("month", ValueSchema(.integer, minimum: 1, maximum: 6), defaultValue: 1)
            ])
            try await server.succeed(.post, "deployments", changed)
            for day in 2...4 {
                try clock.put("2026-03-0\(day)T06:00:00Z")
                await server.controller.scheduler.look()
            }
            #expect(try await runs(server).isEmpty)
            let slots = try await slots(server, schedule)
            #expect(slots.map(\.count) == [2] && slots.first?.reason?.contains("month") == true)
            let paused: Schedule = try await server.call(.get, "schedules/\(schedule.id)")
            #expect(!paused.isActive && paused.pauseReason == "2 slots in a row could make no run")
        }
    }

    @Test("A newer run ends the older ones where the schedule says so")
    func cancelsOthers() async throws {
        try await with { server, clock in
            _ = try await schedule(server) { $0.overlap = .cancelOther }
            try clock.put("2026-03-02T06:00:00Z")
            await server.controller.scheduler.look()
            _ = try #require(try await server.poll().runs.first)
            try clock.put("2026-03-03T06:00:00Z")
            await server.controller.scheduler.look()
            #expect(try await runs(server).map(\.state.type) == [.cancelling, .scheduled])
            // It starts when the other one has ended.
            #expect(try await server.poll("a2").runs.isEmpty)
            try clock.put("2026-03-04T06:00:00Z")
            await server.controller.scheduler.look()
            #expect(try await runs(server).map(\.state.type) == [.cancelling, .cancelled, .scheduled])
        }
    }

    @Test("A newer run has the older one killed where the schedule says so, also where that has its time to end")
    func terminatesOthers() async throws {
        try await with { server, clock in
            let schedule = try await schedule(server) { $0.overlap = .terminateOther }
            try clock.put("2026-03-02T06:00:00Z")
            await server.controller.scheduler.look()
            let claimed = try #require(try await server.poll().runs.first)
            let asked: FlowRun = try await server.call(.post, "flow-runs/\(claimed.runID)/cancel")
            #expect(asked.cancellation != nil && asked.cancellation?.isImmediate == nil)
            try clock.put("2026-03-03T06:00:00Z")
            await server.controller.scheduler.look()
            #expect(try await runs(server).map(\.state.type) == [.cancelling, .scheduled])
            let wish = try await server.poll(capacity: 0).cancellations.map(\.request)
            #expect(wish.map(\.isImmediate) == [true])
            #expect(
                wish.map(\.by) == ["schedule \(schedule.spec.slug), whose next slot has come (terminate-other)"])
        }
    }

    @Test("A slot makes a run though one of another time zone, of the same local time, has made one")
    func changesZone() async throws {
        try await with { server, clock in
            let schedule = try await schedule(server) { $0.overlap = .allow }
            try clock.put("2026-03-02T06:00:00Z")
            await server.controller.scheduler.look()
            try clock.put("2026-03-02T08:00:00Z")
            try await replace(schedule, server) { $0.timezone = "America/New_York" }
            await server.controller.scheduler.look()
            try clock.put("2026-03-02T12:00:00Z")
            await server.controller.scheduler.look()
            let expected = ["2026-03-02T06:00:00Z", "2026-03-02T12:00:00Z"].map(Timestamp.init)
            #expect(try await runs(server).map(\.dataInterval?.end) == expected)
            // Each is known again, by another name of its zone too.
            for zone in ["Europe/Berlin", "US/Eastern", "America/New_York"] {
                try await replace(schedule, server) {
                    $0.timezone = zone
                    $0.catchup = true
                    $0.starts = ScheduleMoment("2026-03-02")
                }
                await server.controller.scheduler.look()
                #expect(try await runs(server).map(\.dataInterval?.end) == expected)
            }
        }
    }

    @Test(
        "A slot that is dealt with again does not end its own run",
        arguments: [OverlapPolicy.cancelOther, .terminateOther])
    func endsNoRunOfTheSameSlot(overlap: OverlapPolicy) async throws {
        try await with { server, clock in
            let schedule = try await schedule(server) { $0.overlap = overlap }
            try clock.put("2026-03-02T06:00:00Z")
            await server.controller.scheduler.look()
            let claimed = try #require(try await server.poll().runs.first)
            try clock.put("2026-03-02T08:00:00Z")
            try await replace(schedule, server) {
                $0.catchup = true
                $0.starts = ScheduleMoment("2026-02-27")
            }
            await server.controller.scheduler.look()
            let runs = try await runs(server)
            #expect(runs.map(\.id) == [claimed.runID])
            #expect(runs.map(\.cancellation) == [nil])
            #expect(try await slots(server, schedule).first?.runID == claimed.runID)
        }
    }

    @Test("A schedule whose deployment's secrets cannot be opened rests, and holds up no other")
    func sealedWithAnotherKey() async throws {
        try await with { server, clock in
            let good = try await schedule(server)
            let sealed = ServerFixture.deployment("sealed", parameters: ["month": 7, "password": "p"])
            try await server.succeed(.post, "deployments", sealed)
            let request = ScheduleRequest(deployment: "sealed", schedule: good.spec)
            let bad = try await server.call(.post, "schedules", request, as: ScheduleReply.self).schedule
            let controller = server.controller
            let other = ServerKeys(secret: Array(repeating: 7, count: 32))
            let maker = RunMaker(
                store: controller.store, keys: other,
                deployments: DeploymentRegistry(store: controller.store, keys: other))
            let scheduler = Scheduler(
                store: controller.store, steps: ScheduleStepMaker(runs: ScheduledRunMaker(maker: maker)),
                canceller: controller.canceller, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                time: ServerTime(
                    now: { clock.now }, uptime: ServerTime.system.uptime, sleep: ServerTime.system.sleep))
            await scheduler.look()
            try clock.put("2026-03-02T06:00:00Z")
            await scheduler.look()
            #expect(try await runs(server).map(\.deploymentName) == ["docker-flow"])
            let resting = try #require(try await controller.store.schedule(bad.id))
            #expect(resting.nextAt == clock.now + .seconds(60) && resting.cursor == nil && resting.isActive)
            // With the right key the slot has its run.
            try clock.put("2026-03-02T06:01:00Z")
            await controller.scheduler.look()
            #expect(try await runs(server).map(\.deploymentName) == ["docker-flow", "sealed"])
        }
    }

    @Test(
        "A row that cannot be read rests, and holds up no other schedule",
        arguments: [
            "UPDATE schedule SET spec = '{}' WHERE id = ?1",
            "UPDATE deployment SET content = '{}' WHERE id = (SELECT deployment_id FROM schedule WHERE id = ?1)",
        ])
    func unreadable(change: String) async throws {
        try await with { server, clock in
            let good = try await schedule(server)
            try await server.succeed(.post, "deployments", ServerFixture.deployment("broken"))
            let request = ScheduleRequest(deployment: "broken", schedule: good.spec)
            let bad = try await server.call(.post, "schedules", request, as: ScheduleReply.self).schedule
            await server.controller.scheduler.look()
            let store = try #require(server.controller.store as? RelationalStore)
            _ = try await store.write { try $0.run(change, ["\(bad.id)"]) }
            try clock.put("2026-03-02T06:00:00Z")
            let pause = await server.controller.scheduler.look()
            #expect(try await runs(server).map(\.deploymentName) == ["docker-flow"])
            #expect(pause == Scheduler.longestPause)
            #expect(try await store.nextScheduleLook() == clock.now + .seconds(60))
        }
    }

    @Test("A step that cannot be taken rests, and holds up no other schedule")
    func poisonedStep() async throws {
        try await with { server, clock in
            let bad = try await schedule(server) {
                $0.overlap = .allow
                $0.missed = .all
            }
            await server.controller.scheduler.look()
            try clock.put("2026-03-02T06:00:00Z")
            await server.controller.scheduler.look()
            let store = try #require(server.controller.store as? RelationalStore)
            // The slot comes again and finds its run, whose row cannot be read.
            _ = try await store.write { db in
                try db.run("UPDATE flow_run SET state_type = 'NEW'", [])
                return try db.run("UPDATE schedule SET cursor_slot = NULL, next_at = 0 WHERE id = ?", ["\(bad.id)"])
            }
            try await server.succeed(.post, "deployments", ServerFixture.deployment("other"))
            let request = ScheduleRequest(deployment: "other", schedule: bad.spec)
            let good = try await server.call(.post, "schedules", request, as: ScheduleReply.self).schedule
            try clock.put("2026-03-03T06:00:00Z")
            for _ in 0..<2 { await server.controller.scheduler.look() }
            #expect(try await store.schedule(good.id)?.cursor?.description == "2026-03-03T07:00/0")
            #expect(try await store.schedule(bad.id)?.nextAt == clock.now + .seconds(60))
        }
    }

    @Test("A thousand schedules that are due at one second have their runs in that second")
    func thousand() async throws {
        try await with { server, clock in
            _ = try await schedule(server)
            let store = server.controller.store
            let deployment = try #require(try await store.deployments().first)
            for number in 0..<999 {
                let spec = ScheduleSpec(slug: "s\(number)", rule: .cron("0 7 * * *"), timezone: "Europe/Berlin")
                _ = try await store.saveSchedule(spec, of: deployment.id, replaces: false, at: clock.now)
            }
            await server.controller.scheduler.look()
            try clock.put("2026-03-02T06:00:00Z")
            // The controller's own scheduler may have looked at the same moment, and has some of them then.
            repeat {
                await server.controller.scheduler.look()
            } while try await store.nextScheduleLook().map { $0 <= clock.now } == true
            #expect(try await runs(server).count == 1000)
        }
    }
}
