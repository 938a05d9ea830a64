/// One recurrence rule with its beginning, in local times.
///
/// A beginning that the rule does not match is no time of it, as in dateutil; where the rule leaves out an hour, a day or a month, it is
/// the beginning's.
struct RecurrenceRule: Hashable, Sendable {
    let parts: RecurrenceParts
    let start: LocalTime
    /// The last time it may have; found by counting where the rule has a `COUNT`.
    private(set) var until: LocalTime?
    /// Seconds after midnight at which it may fire on a day that matches, ascending.
    let times: [Int64]

    /// A rule.
    ///
    /// - Throws: ``ScheduleProblem`` where it never fires.
    init(_ given: RecurrenceParts, start: LocalTime, until: LocalTime?) throws(ScheduleProblem) {
        parts = Self.completed(given, start)
        self.start = start
        self.until = until
        let times = Self.times(parts, start)
        self.times = times
        guard !times.isEmpty, var last = next(after: start.adding(seconds: -1)) else {
            throw ScheduleProblem("rrule: it never fires; check its BY… parts, INTERVAL, DTSTART and UNTIL")
        }
        guard let count = parts.count else { return }
        for _ in 1..<max(count, 1) {
            guard let time = next(after: last) else { break }
            last = time
        }
        self.until = last
    }

    /// What a rule leaves out is as in its beginning.
    private static func completed(_ given: RecurrenceParts, _ start: LocalTime) -> RecurrenceParts {
        var parts = given
        let (_, month, day) = start.day.components
        guard parts.byWeekNumber.isEmpty, parts.byYearDay.isEmpty, parts.byMonthDay.isEmpty, parts.byDay.isEmpty else {
            return parts
        }
        switch parts.frequency {
        case .yearly:
            if parts.byMonth.isEmpty { parts.byMonth = [month] }
            parts.byMonthDay = [day]
        case .monthly: parts.byMonthDay = [day]
        case .weekly: parts.byDay = [.init(ordinal: nil, day: start.day.weekday)]
        default: break
        }
        return parts
    }

    private static func times(_ parts: RecurrenceParts, _ start: LocalTime) -> [Int64] {
        let (second, frequency) = (start.secondOfDay, parts.frequency)
        let hours = !parts.byHour.isEmpty ? parts.byHour : frequency < .hourly ? [second / 3600] : Array(0...23)
        let minutes =
            !parts.byMinute.isEmpty ? parts.byMinute : frequency < .minutely ? [second / 60 % 60] : Array(0...59)
        let all = hours.flatMap { hour in minutes.map { hour * 3600 + $0 * 60 + second % 60 } }.sorted()
        guard let unit = parts.unit else { return all }
        // Those that no day's count can reach are none.
        var (divisor, rest) = (parts.interval, 86_400 / unit)
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        return all.filter { ($0.flooredQuotient(unit) - second.flooredQuotient(unit)) % divisor == 0 }
    }
}

extension RecurrenceParts {
    /// The seconds that the rule counts in where those are fewer than a day's.
    fileprivate var unit: Int64? { frequency == .hourly ? 3600 : frequency == .minutely ? 60 : nil }
}

extension RecurrenceRule: LocalRecurrence {
    var firesEveryHour: Bool {
        guard parts.byHour.isEmpty, parts.bySetPosition.isEmpty else { return false }
        switch parts.frequency {
        case .hourly: return parts.interval == 1
        case .minutely: return 60 % parts.interval == 0
        default: return false
        }
    }

    func next(after time: LocalTime) -> LocalTime? {
        let after = max(time, start.adding(seconds: -1))
        var search = RecurrenceSearch(self, from: after.adding(seconds: 1).day)
        while let day = search.day {
            if let until, LocalTime(day) > until { return nil }
            let (times, last) = search.look(at: day)
            if let hit = times.first(where: { $0 > after }) { return until.map { hit <= $0 } ?? true ? hit : nil }
            search.day = search.period.candidate(after: last)
        }
        return nil
    }

    func previous(before time: LocalTime) -> LocalTime? {
        let before = until.map { min(time, $0.adding(seconds: 1)) } ?? time
        var search = RecurrenceSearch(self, from: before.adding(seconds: -1).day)
        while let day = search.day {
            let (times, _) = search.look(at: day)
            if let hit = times.last(where: { $0 < before }) { return hit }
            search.day = search.period.candidate(
                before: search.picksOfPeriods ? search.period.bounds(around: day).first : day)
        }
        return nil
    }

    /// Whether its count of hours or minutes reaches a time.
    func isCounted(_ time: LocalTime) -> Bool {
        guard let unit = parts.unit else { return true }
        return (time.seconds.flooredQuotient(unit) - start.seconds.flooredQuotient(unit)) % parts.interval == 0
    }
}
