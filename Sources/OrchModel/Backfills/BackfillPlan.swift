public import TimeZones

/// Divides a span of time into data intervals, and decides which of them get a run.
public struct BackfillPlan: Sendable {
    private let timetable: Timetable
    private let bounds: Range<Timestamp>

    /// A plan.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - schedule: what divides time; its beginning, end and jitter do not count.
    ///   - zones: where time zones are looked up. Defaults to the system's.
    /// - Throws: ``ScheduleProblem`` where the schedule is none, or the span is empty.
    public init(
        _ request: BackfillRequest, schedule: ScheduleSpec, zones: ZoneDatabase = .system
    ) throws(ScheduleProblem) {
        var spec = schedule
        (spec.starts, spec.ends) = (nil, nil)
        timetable = try spec.timetable(in: zones)
        let (from, to) = (timetable.instant(of: request.from.moment), timetable.instant(of: request.to.moment))
        guard from < to else {
            throw ScheduleProblem("from \(request.from) to \(request.to): expected a span that ends after it begins")
        }
        bounds = from..<to
    }

    /// The schedule that divides time where a request says `every`.
    ///
    /// - Throws: ``ScheduleProblem`` where the word is none.
    public static func schedule(every word: String, timezone: String) throws(ScheduleProblem) -> ScheduleSpec {
        let names = [
            "hour": "0 * * * *", "day": "0 0 * * *", "week": "0 0 * * 1", "month": "0 0 1 * *", "year": "0 0 1 1 *",
        ]
        if let cron = names[word] ?? names[word == "daily" ? "day" : String(word.dropLast(2))] {
            return ScheduleSpec(rule: .cron(cron), timezone: timezone)
        }
        if let span = TimeSpan(word) {
            let (seconds, rest) = span.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
            guard rest == 0, seconds > 0, let seconds = Int(exactly: seconds) else {
                throw ScheduleProblem("every: expected whole seconds, got \(word)")
            }
            return ScheduleSpec(rule: .interval(seconds: seconds), timezone: timezone)
        }
        guard word.contains(" ") || word.hasPrefix("@") else {
            throw ScheduleProblem(
                "every: expected hour, day, week, month, year, a length of time such as 6h, or a cron expression, got "
                    + "\"\(word.prefix(100))\"")
        }
        return ScheduleSpec(rule: .cron(word), timezone: timezone)
    }

    /// The intervals whose first instants lie in the span, the oldest first.
    ///
    /// - Parameter limit: how many there may be.
    /// - Throws: ``ScheduleProblem`` where there are more, or none.
    public func intervals(atMost limit: Int) throws(ScheduleProblem) -> [BackfillInterval] {
        var intervals: [BackfillInterval] = []
        var start = timetable.next(after: bounds.lowerBound - .microseconds(1))
        while let first = start, first.instant < bounds.upperBound, let end = timetable.next(after: first.instant) {
            guard intervals.count < limit else {
                throw ScheduleProblem("the span has more than \(limit) intervals: expected fewer; make several of it")
            }
            intervals.append(
                BackfillInterval(
                    dataInterval: DataInterval(start: first.instant, end: end.instant), local: first.localText))
            start = end
        }
        guard !intervals.isEmpty else {
            throw ScheduleProblem("no interval begins between \(bounds.lowerBound) and \(bounds.upperBound)")
        }
        return intervals
    }

    /// Decides which intervals get a run.
    ///
    /// - Parameters:
    ///   - intervals: all of them.
    ///   - runs: the last run that is about each.
    ///   - at: now; an interval that has not ended gets none.
    public static func decide(
        _ intervals: [BackfillInterval], runs: [DataInterval: FlowRun], mode: BackfillMode, at: Timestamp
    ) -> [BackfillInterval] {
        intervals.map { interval in
            var interval = interval
            let last = runs[interval.dataInterval]
            interval.run = last.map(RunBrief.init)
            if interval.dataInterval.end > at {
                (interval.isRun, interval.reason) = (false, "has not ended: until \(interval.dataInterval.end)")
            } else if let last {
                (interval.isRun, interval.reason) = decide(last, mode)
            } else {
                interval.reason = "no run was about it"
            }
            return interval
        }
    }

    private static func decide(_ last: FlowRun, _ mode: BackfillMode) -> (isRun: Bool, reason: String) {
        let said = "\(last.name) is \(last.state.name)"
        guard last.state.type.isTerminal else { return (false, said) }
        return switch mode {
        case .missing: (false, said)
        case .failed: (last.state.type != .completed, said)
        case .all: (true, said)
        }
    }
}

extension Timetable {
    /// The first instant of a moment that people write, by the clocks of the zone.
    func instant(of moment: ScheduleMoment) -> Timestamp {
        let (second, overflow) = moment.firstSecond(in: zone).multipliedReportingOverflow(by: 1_000_000)
        return Timestamp(microseconds: overflow ? .max : second)
    }
}
