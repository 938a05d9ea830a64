import TimeZones

extension Timetable {
    /// The first slot after a second since 1970, wherever the schedule begins or ends.
    func following(_ second: Int64) -> ScheduleFire? {
        let second = min(max(second, Self.earliest), Self.furthest)
        switch recurrence {
        case .elapsed(let step, let anchor):
            return elapsed(anchor + ((second - anchor).flooredQuotient(step) + 1) * step)
        case .local(let rule): return following(second, rule)
        }
    }

    /// The last slot before a second since 1970, wherever the schedule begins or ends.
    func preceding(_ second: Int64) -> ScheduleFire? {
        let second = min(max(second, Self.earliest), Self.furthest)
        switch recurrence {
        case .elapsed(let step, let anchor):
            return elapsed(anchor + (second - 1 - anchor).flooredQuotient(step) * step)
        case .local(let rule): return preceding(second, rule)
        }
    }

    /// 0010-01-01 and the year 9000: nothing is looked for beyond them.
    private static let earliest: Int64 = -61_851_600_000
    private static let furthest: Int64 = 221_845_392_000

    private func elapsed(_ second: Int64) -> ScheduleFire {
        let local = LocalTime(seconds: second + zone.offset(at: second))
        var fire = fire(local, at: second)
        if case .twice(let first, _) = zone.instants(ofWall: local.seconds) {
            fire.slot.fold = second == first ? 0 : 1
            fire.clocks = second == first ? .first : .second
        }
        return fire
    }

    private func fire(_ local: LocalTime, at second: Int64, _ clocks: ScheduleFire.Clocks? = nil) -> ScheduleFire {
        ScheduleFire(
            slot: ScheduleSlot(local: local, fold: clocks == .second ? 1 : 0),
            instant: Timestamp(microseconds: second * 1_000_000), offset: zone.offset(at: second), clocks: clocks)
    }

    /// A time of a rule in a period of the zone, said whether clocks show it twice.
    private func shown(_ local: LocalTime, _ period: ZonePeriod) -> ScheduleFire {
        let second = local.seconds - period.offset
        if let start = period.start, second < start + period.offsetBefore - period.offset {
            return fire(local, at: second, .second)
        }
        if let end = period.end {
            // The next period begins as many seconds back on the clock.
            let back = period.offset - zone.offset(at: end)
            if second >= end - back, back > 0 { return fire(local, at: second, .first) }
        }
        return fire(local, at: second)
    }

    private func following(_ second: Int64, _ rule: any LocalRecurrence) -> ScheduleFire? {
        var after = second
        while true {
            let period = zone.period(at: after + 1)
            var wall = after + period.offset
            if let start = period.start {
                wall = max(wall, start + period.offset - 1)
                // What the clocks show again has come already.
                if !rule.firesEveryHour { wall = max(wall, start + period.offsetBefore - 1) }
            }
            let next = rule.next(after: LocalTime(seconds: wall))
            let usual = next.flatMap { period.holds($0.seconds - period.offset) ? shown($0, period) : nil }
            if let shifted = shifted(after: after, rule, period), shifted.instant < usual?.instant ?? .distantFuture {
                return shifted
            }
            if let usual { return usual }
            guard let end = period.end, let next, end <= Self.furthest else { return nil }
            // Nothing comes before a day and a bit before it, unless clocks are put back over it.
            after = rule.firesEveryHour ? end - 1 : max(end - 1, next.seconds - 2 * 86_400)
        }
    }

    /// The first slot after an instant that the clocks left out when a period began.
    private func shifted(after second: Int64, _ rule: any LocalRecurrence, _ period: ZonePeriod) -> ScheduleFire? {
        guard let start = period.start, period.offset > period.offsetBefore else { return nil }
        let (gapStart, gapEnd) = (start + period.offsetBefore, start + period.offset)
        var wall = LocalTime(seconds: max(second + period.offsetBefore, gapStart - 1))
        while let next = rule.next(after: wall), next.seconds < gapEnd {
            if !rule.contains(next.adding(seconds: gapEnd - gapStart)) {
                return fire(next, at: next.seconds - period.offsetBefore, .shifted)
            }
            wall = next
        }
        return nil
    }

    private func preceding(_ second: Int64, _ rule: any LocalRecurrence) -> ScheduleFire? {
        var before = second
        while before > Self.earliest {
            let period = zone.period(at: before - 1)
            var wall = before + period.offset
            if let end = period.end { wall = min(wall, end + period.offset) }
            var usual = rule.previous(before: LocalTime(seconds: wall))
            let isOver = usual == nil
            if let start = period.start, let time = usual {
                let first =
                    rule.firesEveryHour
                    ? start + period.offset : max(start + period.offset, start + period.offsetBefore)
                if time.seconds < first { usual = nil }
            }
            let shifted = shifted(before: before, rule, period)
            if let usual {
                let fire = shown(usual, period)
                return shifted.map { $0.instant > fire.instant ? $0 : fire } ?? fire
            }
            if let shifted { return shifted }
            guard !isOver, let start = period.start else { return nil }
            before = start
        }
        return nil
    }

    private func shifted(before second: Int64, _ rule: any LocalRecurrence, _ period: ZonePeriod) -> ScheduleFire? {
        guard let start = period.start, period.offset > period.offsetBefore else { return nil }
        let (gapStart, gapEnd) = (start + period.offsetBefore, start + period.offset)
        var wall = LocalTime(seconds: min(second + period.offsetBefore, gapEnd))
        while let last = rule.previous(before: wall), last.seconds >= gapStart {
            if !rule.contains(last.adding(seconds: gapEnd - gapStart)) {
                return fire(last, at: last.seconds - period.offsetBefore, .shifted)
            }
            wall = last
        }
        return nil
    }
}

extension ZonePeriod {
    fileprivate func holds(_ instant: Int64) -> Bool { instant >= start ?? .min && instant < end ?? .max }
}

extension Timestamp {
    fileprivate static var distantFuture: Timestamp { Timestamp(microseconds: .max) }
}
