import OrchModel
import Testing

struct BackfillPlanTests {
    private func request(_ from: String, _ to: String) throws -> BackfillRequest {
        BackfillRequest(
            deployment: "docker-flow", from: try #require(BackfillBound(from)), to: try #require(BackfillBound(to)))
    }

    private func starts(
        _ from: String, _ to: String, cron: String, zone: String = "UTC"
    ) throws -> [String] {
        let plan = try BackfillPlan(
            try request(from, to), schedule: ScheduleSpec(rule: .cron(cron), timezone: zone))
        return try plan.intervals(atMost: 1000).map { "\($0.dataInterval.start)".prefix(16).description }
    }

    @Test func anIntervalBelongsToTheSpanInWhichItStarts() throws {
        let months = try starts("2019-01", "2021-01", cron: "0 7 2 * *")
        #expect(months.count == 24)
        #expect(months.first == "2019-01-02T07:00" && months.last == "2020-12-02T07:00")
        // A span that begins at a slot has its interval, one that ends there has not.
        #expect(try starts("2019-01-02T07:00", "2019-02-02T07:00", cron: "0 7 2 * *") == ["2019-01-02T07:00"])
        #expect(try starts("2020", "2021", cron: "@monthly").count == 12)
        #expect(try starts("2020-02-01", "2020-03-01", cron: "@daily").count == 29)
    }

    @Test func intervalsMeetAtTheClocksOfTheirZone() throws {
        let plan = try BackfillPlan(
            try request("2020-03-07", "2020-03-10"),
            schedule: ScheduleSpec(rule: .cron("0 0 * * *"), timezone: "America/New_York"))
        let intervals = try plan.intervals(atMost: 10).map(\.dataInterval)
        #expect(intervals.map { ($0.end - $0.start) / .seconds(3600) } == [24, 23, 24])
        for (one, next) in zip(intervals, intervals.dropFirst()) { #expect(one.end == next.start) }
    }

    @Test func aSpanThatCannotBeUsedIsRefusedWithItsReason() throws {
        let monthly = ScheduleSpec(rule: .cron("@monthly"))
        #expect(throws: ScheduleProblem.self) { try BackfillPlan(try request("2021", "2020"), schedule: monthly) }
        #expect(throws: ScheduleProblem.self) { try BackfillPlan(try request("2021", "2021"), schedule: monthly) }
        let plan = try BackfillPlan(try request("2020", "2021"), schedule: monthly)
        #expect(throws: ScheduleProblem.self) { try plan.intervals(atMost: 11) }
        let short = try BackfillPlan(try request("2020-01-02", "2020-01-30"), schedule: monthly)
        #expect(throws: ScheduleProblem.self) { try short.intervals(atMost: 11) }
    }

    @Test(arguments: ["month", "monthly", "@monthly", "0 0 1 * *"])
    func aWordDividesTime(word: String) throws {
        let schedule = try BackfillPlan.schedule(every: word, timezone: "UTC")
        let plan = try BackfillPlan(try request("2020", "2021"), schedule: schedule)
        #expect(try plan.intervals(atMost: 100).count == 12)
    }

    @Test func otherWordsDivideTimeOrAreRefused() throws {
        #expect(try BackfillPlan.schedule(every: "6h", timezone: "UTC").rule == .interval(seconds: 21_600))
        #expect(try BackfillPlan.schedule(every: "daily", timezone: "UTC").rule == .cron("0 0 * * *"))
        for word in ["", "fortnight", "0s", "0.5s", "ly"] {
            #expect(throws: ScheduleProblem.self) { try BackfillPlan.schedule(every: word, timezone: "UTC") }
        }
    }

    @Test func aBoundIsAYearAMonthADayOrATime() throws {
        for text in ["2019", "2019-01", "2019-01-15", "2019-01-15T07:00", "2019-01-15T07:00:00Z"] {
            #expect(BackfillBound(text)?.text == text)
        }
        for text in ["", "19", "2019-13", "2019-1", "2019-02-30", "January", "2019-", "-2019"] {
            #expect(BackfillBound(text) == nil, "\(text)")
        }
    }

    /// What each mode does about an interval, by the state of the last run that was about it.
    private static let decisions: [(BackfillMode, StateType?, Bool)] = [
        (.missing, nil, true), (.missing, .completed, false), (.missing, .failed, false), (.missing, .running, false),
        (.failed, nil, true), (.failed, .completed, false), (.failed, .failed, true), (.failed, .crashed, true),
        (.failed, .cancelled, true), (.failed, .scheduled, false), (.all, nil, true), (.all, .completed, true),
        (.all, .failed, true), (.all, .running, false), (.all, .scheduled, false),
    ]

    @Test(arguments: decisions.indices)
    func aModeDecidesByTheLastRun(index: Int) throws {
        let (mode, state, isRun) = Self.decisions[index]
        let now = try #require(Timestamp("2022-01-01T00:00:00Z"))
        let interval = try #require(DataInterval("2020-07-01/2020-08-01"))
        var runs: [DataInterval: FlowRun] = [:]
        if let state {
            runs[interval] = FlowRun(
                id: .new(), name: "one", flowName: "flow", parameters: [:], workQueue: "default", image: "taxi",
                state: RunState(state, message: "", at: now, actor: ""), createdAt: now, scheduledFor: now,
                dataInterval: interval)
        }
        let decided = BackfillPlan.decide(
            [BackfillInterval(dataInterval: interval, local: "")], runs: runs, mode: mode, at: now)
        #expect(decided.map(\.isRun) == [isRun])
        let early = BackfillPlan.decide(
            [BackfillInterval(dataInterval: interval, local: "")], runs: [:], mode: mode,
            at: interval.end - .microseconds(1))
        #expect(early.map(\.isRun) == [false])
    }
}
