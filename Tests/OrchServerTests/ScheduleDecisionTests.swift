import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct ScheduleDecisionTests {
    /// A schedule that is asked what is done about it.
    struct Case {
        var spec: ScheduleSpec
        let id = Identifier.new()
        /// The last slot that was dealt with.
        var cursor: String? = "2026-03-01T07:00/0"
        var made = Timestamp("2026-02-01T00:00:00Z") ?? .now()
        var open = 0
        /// Those of them that are to end already.
        var ending = 0
        var isDeploymentPaused = false
        var dependsOnPast = false
        var hasFailedTooOften = false

        init(_ change: (inout ScheduleSpec) -> Void = { _ in }) {
            spec = ScheduleSpec(slug: "daily", rule: .cron("0 7 * * *"), timezone: "Europe/Berlin")
            change(&spec)
        }

        func decide(at text: String) throws -> ScheduleDecision {
            try decide(at: try #require(Timestamp(text)))
        }

        func decide(at now: Timestamp, cursor slot: ScheduleSlot? = nil) throws -> ScheduleDecision {
            let request = ServerFixture.deployment()
            var deployment = Deployment(id: .new(), version: 1, request: request, createdAt: made, updatedAt: made)
            deployment.isPaused = isDeploymentPaused
            deployment.dependsOnPast = dependsOnPast
            let schedule = StoredSchedule(
                id: id, deploymentID: deployment.id, spec: spec, isActive: true, revision: 1,
                cursorAt: spec.catchup ? Timestamp(microseconds: -62_135_596_800_000_000) : made,
                cursor: slot ?? cursor.flatMap(ScheduleSlot.init), nextAt: now, caughtUpAt: made, failures: 0,
                failuresSince: made, pauseReason: nil, createdAt: made, updatedAt: made)
            let runs = (0..<open).map { DueSchedule.OpenRun(id: .new(), name: "taxi-\($0)", isToEnd: $0 < ending) }
            let due = DueSchedule(
                schedule: schedule, deployment: StoredDeployment(deployment: deployment), open: runs,
                hasFailedTooOften: hasFailedTooOften)
            return ScheduleDecision(due, try spec.timetable(), at: now)
        }
    }

    @Test func whatDependsOnThePastWaitsForItAndIsNotSkipped() throws {
        var behind = Case()
        behind.open = 1
        behind.dependsOnPast = true
        #expect(try behind.decide(at: "2026-03-02T06:00:00Z").slots.map(\.fate) == [.run(isMissed: false)])
        behind.dependsOnPast = false
        #expect(
            try behind.decide(at: "2026-03-02T06:00:00Z").slots.map(\.fate)
                == [.skip("run taxi-0 has not ended (overlap: skip)")])
    }

    /// What three days without a controller come to.
    struct Downtime: CustomTestStringConvertible {
        var missed: MissedPolicy
        var overlap: OverlapPolicy
        var open: Int
        /// The days of the slots that make runs.
        var runs: [Int64]
        var cancels = 0

        var testDescription: String { "\(missed.rawValue), \(overlap.rawValue), \(open) open" }

        static let all: [Downtime] = OverlapPolicy.allCases.flatMap { overlap -> [Downtime] in
            let ends = overlap == .cancelOther || overlap == .terminateOther
            return [0, 1].flatMap { open -> [Downtime] in
                [
                    Downtime(missed: .none, overlap: overlap, open: open, runs: []),
                    Downtime(
                        missed: .latest, overlap: overlap, open: open, runs: overlap == .skip && open > 0 ? [] : [4],
                        cancels: ends ? open : 0),
                    Downtime(
                        missed: .all, overlap: overlap, open: open, runs: ends ? [4] : [2, 3, 4],
                        cancels: ends ? open : 0),
                ]
            }
        }
    }

    @Test("Three days of downtime are made up for as each pair of policies says", arguments: Downtime.all)
    func downtime(_ downtime: Downtime) throws {
        var schedule = Case {
            $0.missed = downtime.missed
            $0.overlap = downtime.overlap
        }
        schedule.open = downtime.open
        let decision = try schedule.decide(at: "2026-03-04T12:00:00Z")
        #expect(decision.slots.map(\.fire.slot.local.day.components.day) == [2, 3, 4])
        #expect(decision.runs.map(\.fire.slot.local.day.components.day) == downtime.runs)
        #expect(decision.runs.allSatisfy { $0.fate == .run(isMissed: true) })
        #expect(decision.cancels.count == downtime.cancels)
        #expect(decision.next == Timestamp("2026-03-05T06:00:00Z"))
    }

    @Test("A slot in time is decided by the runs that have not ended")
    func overlaps() throws {
        func runs(
            _ overlap: OverlapPolicy, open: Int, ending: Int = 0, most: Int? = nil
        ) throws -> ScheduleDecision {
            var schedule = Case {
                $0.overlap = overlap
                $0.maxQueued = most
            }
            (schedule.open, schedule.ending) = (open, ending)
            return try schedule.decide(at: "2026-03-02T06:00:01Z")
        }
        #expect(try runs(.skip, open: 0).runs.map(\.fate) == [.run(isMissed: false)])
        let skipped = try runs(.skip, open: 1)
        #expect(skipped.slots.map(\.fate) == [.skip("run taxi-0 has not ended (overlap: skip)")])
        #expect(try runs(.bufferOne, open: 1).runs.count == 1)
        #expect(try runs(.bufferOne, open: 2).runs.isEmpty)
        #expect(try runs(.bufferAll, open: 50).runs.count == 1)
        #expect(try runs(.bufferAll, open: 2, most: 2).runs.count == 1)
        #expect(try runs(.bufferAll, open: 3, most: 2).runs.isEmpty)
        #expect(try runs(.cancelOther, open: 2).cancels.map(\.name) == ["taxi-0", "taxi-1"])
        #expect(try runs(.cancelOther, open: 2, ending: 1).cancels.map(\.name) == ["taxi-1"])
        // One that has its time to end is killed at once.
        #expect(try runs(.terminateOther, open: 2, ending: 1).cancels.map(\.name) == ["taxi-0", "taxi-1"])
        #expect(try runs(.allow, open: 9).runs.count == 1)
    }

    @Test("A slot that is little late is not missed")
    func patience() throws {
        let schedule = Case { $0.missed = .none }
        #expect(try schedule.decide(at: "2026-03-02T06:01:00Z").runs.count == 1)
        #expect(try schedule.decide(at: "2026-03-02T06:01:01Z").runs.isEmpty)
    }

    @Test("The latest of missed slots is passed over where one in time has come")
    func latestIsTheLastOfAll() throws {
        let decision = try Case().decide(at: "2026-03-04T06:00:10Z")
        #expect(decision.runs.map(\.fate) == [.run(isMissed: false)])
        #expect(decision.runs.map(\.fire.slot.description) == ["2026-03-04T07:00/0"])
    }

    @Test("Where each missed slot is made up for, one that has just come goes with them")
    func allMeansTheLastToo() throws {
        let decision = try Case { $0.missed = .all }.decide(at: "2026-03-04T06:00:10Z")
        #expect(decision.runs.map(\.fate) == Array(repeating: .run(isMissed: true), count: 3))
        let once = try Case { $0.missed = .all }.decide(at: "2026-03-02T06:00:10Z")
        #expect(once.runs.map(\.fate) == [.run(isMissed: false)])
    }

    @Test("What passed before the catch-up window makes no run, whatever the policy")
    func window() throws {
        let decision = try Case {
            $0.missed = .all
            $0.catchupWindowSeconds = 36 * 3600
        }.decide(at: "2026-03-04T12:00:00Z")
        #expect(decision.runs.map(\.fire.slot.local.day.components.day) == [3, 4])
        #expect(decision.slots.first?.fate == .skip("it passed longer ago than the catch-up window of PT36H"))
    }

    @Test("A clock that is put back fires no slot again")
    func clockBack() throws {
        let schedule = Case()
        for text in ["2026-03-01T05:00:00Z", "2026-02-27T06:00:00Z", "2026-03-01T06:00:00Z"] {
            let decision = try schedule.decide(at: text)
            #expect(decision.slots.isEmpty)
            #expect(decision.next == Timestamp("2026-03-02T06:00:00Z"))
        }
    }

    @Test("A clock that is put forward means missed slots")
    func clockForward() throws {
        let decision = try Case().decide(at: "2026-03-31T12:00:00Z")
        #expect(decision.slots.count == 30)
        #expect(decision.runs.map(\.fire.slot.description) == ["2026-03-31T07:00/0"])
    }

    @Test("A time that clocks show twice fires once, and one that they leave out fires later")
    func clocksOfTheZone() throws {
        var schedule = Case { $0.rule = .cron("30 2 * * *") }
        schedule.cursor = "2026-10-24T02:30/0"
        let first = try schedule.decide(at: "2026-10-25T00:30:01Z")
        #expect(first.runs.map(\.fire.slot.description) == ["2026-10-25T02:30/0"])
        schedule.cursor = "2026-10-25T02:30/0"
        let second = try schedule.decide(at: "2026-10-25T01:30:01Z")
        #expect(second.slots.isEmpty && second.next == Timestamp("2026-10-26T01:30:00Z"))
        schedule.cursor = "2026-03-28T02:30/0"
        let shifted = try schedule.decide(at: "2026-03-29T01:30:00Z")
        #expect(shifted.runs.map(\.fire.slot.description) == ["2026-03-29T02:30/0"])
    }

    @Test("Nothing is done while the deployment is paused")
    func pausedDeployment() throws {
        var schedule = Case()
        schedule.isDeploymentPaused = true
        let decision = try schedule.decide(at: "2026-03-04T12:00:00Z")
        #expect(decision.slots.isEmpty && decision.next == nil && decision.pauseReason == nil)
    }

    @Test("A schedule whose runs failed too often pauses itself and makes none")
    func failures() throws {
        var schedule = Case { $0.pauseAfterFailures = 3 }
        schedule.hasFailedTooOften = true
        let decision = try schedule.decide(at: "2026-03-02T06:00:00Z")
        #expect(decision.pauseReason == "its last 3 runs failed" && decision.slots.isEmpty)
    }

    @Test("Catching up makes a run of each slot since the start, though only the latest of missed ones would have one")
    func catchup() throws {
        var schedule = Case {
            $0.catchup = true
            $0.starts = ScheduleMoment("2026-01-23")
        }
        (schedule.cursor, schedule.made) = (nil, try #require(Timestamp("2026-02-01T00:00:00Z")))
        let decision = try schedule.decide(at: "2026-02-01T00:00:01Z")
        #expect(decision.runs.count == 9)
        #expect(decision.runs.first?.fire.slot.description == "2026-01-23T07:00/0")
        // What is missed later is as the policy says.
        let later = try schedule.decide(at: "2026-02-10T12:00:00Z")
        #expect(later.runs.map(\.fire.slot.local.day.components.day).suffix(2) == [31, 10])
    }

    @Test("A schedule that was made now has no slot before it")
    func begins() throws {
        var schedule = Case()
        schedule.cursor = nil
        let decision = try schedule.decide(at: "2026-02-01T00:00:00Z")
        #expect(decision.slots.isEmpty && decision.next == Timestamp("2026-02-01T06:00:00Z"))
    }

    @Test("Jitter makes a slot's run due later, and the slot the same")
    func jitter() throws {
        let schedule = Case { $0.jitterSeconds = 3600 }
        let next = try #require(try schedule.decide(at: "2026-03-02T05:59:59Z").next)
        let slot = try #require(Timestamp("2026-03-02T06:00:00Z"))
        #expect(next >= slot && next < slot + .seconds(3600))
    }

    @Test("A jitter longer than from slot to slot takes no slot its run")
    func longJitter() throws {
        var schedule = Case {
            $0.rule = .cron("*/10 * * * *")
            $0.jitterSeconds = 1800
            $0.overlap = .allow
        }
        schedule.cursor = nil
        var (now, cursor): (Timestamp, ScheduleSlot?) = (schedule.made, nil)
        var slots: [ScheduleDecision.Slot] = []
        while now < schedule.made + .seconds(2 * 86_400) {
            let decision = try schedule.decide(at: now, cursor: cursor)
            slots += decision.slots
            cursor = slots.last?.fire.slot
            now = try #require(decision.next)
        }
        #expect(slots.count > 280)
        #expect(slots.allSatisfy { $0.fate == .run(isMissed: false) })
        #expect(slots.allSatisfy { $0.due >= $0.fire.instant && $0.due < $0.fire.instant + .seconds(1800) })
        #expect(slots.map(\.due) == slots.map(\.due).sorted())
    }

    @Test("Three days of a slot each second are dealt with step by step, and make one run")
    func manySlots() throws {
        var schedule = Case { $0.rule = .interval(seconds: 1) }
        schedule.cursor = nil
        let now = schedule.made + .seconds(3 * 86_400)
        var (cursor, runs, slots, steps): (ScheduleSlot?, [ScheduleDecision.Slot], Int, Int) = (nil, [], 0, 0)
        var next: Timestamp? = now
        while next == now, steps < 100 {
            let decision = try schedule.decide(at: now, cursor: cursor)
            (cursor, next) = (decision.slots.last?.fire.slot ?? cursor, decision.next)
            (runs, slots, steps) = (runs + decision.runs, slots + decision.slots.count, steps + 1)
        }
        // Those of the last minute came in time: with `skip` the first of them makes the run.
        #expect(slots == 3 * 86_400)
        #expect(runs.count == 1)
        #expect(steps == 26)
    }

    @Test("More runs than one step makes are made by the next")
    func manyRuns() throws {
        var schedule = Case {
            $0.rule = .interval(seconds: 60)
            $0.missed = .all
        }
        schedule.cursor = nil
        let now = schedule.made + .seconds(86_400)
        let decision = try schedule.decide(at: now)
        #expect(decision.runs.count == ScheduleDecision.mostRuns && decision.next == now)
    }
}

extension ScheduleDecision {
    /// The slots that make runs.
    var runs: [Slot] { slots.filter { if case .run = $0.fate { true } else { false } } }
}
