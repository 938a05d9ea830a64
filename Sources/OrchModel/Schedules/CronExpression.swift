/// The five fields of a line of a crontab: minute, hour, day of the month, month, day of the week.
///
/// Fields hold `*`, numbers, names (`JAN`, `MON`), ranges, steps and lists of them; `L` is the last day of the month, `5L` or `FRIL`
/// the last Friday, `FRI#2` the second. A range of hours, months or weekdays may run over the end: `FRI-MON`, `22-2`.
/// Source: <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/crontab.html>
public struct CronExpression: Hashable, Sendable {
    /// A bit for each minute, 0…59.
    let minutes: UInt64
    /// A bit for each hour, 0…23.
    let hours: UInt64
    /// A bit for each month, 1…12.
    let months: UInt64
    let days: CronDays

    /// Reads an expression.
    ///
    /// - Parameters:
    ///   - text: five fields, or one of `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`.
    ///   - dayOr: whether a day matches where either the day of the month or the day of the week does, if both are restricted.
    ///     Defaults to true, as crontab has it.
    /// - Throws: ``ScheduleProblem`` with the field, the column and what was expected.
    public init(_ text: String, dayOr: Bool = true) throws(ScheduleProblem) {
        let fields = try CronParser.fields(text)
        minutes = try CronParser(text, fields[0], .minute).mask()
        hours = try CronParser(text, fields[1], .hour).mask()
        months = try CronParser(text, fields[3], .month).mask()
        days = CronDays(
            ofMonth: try CronParser(text, fields[2], .dayOfMonth).monthDays(),
            ofWeek: try CronParser(text, fields[4], .dayOfWeek).weekDays(), dayOr: dayOr)
        // The calendar's cycle holds all that it can ever do.
        guard next(after: LocalTime(seconds: 0)) != nil else {
            throw ScheduleProblem(
                "cron \"\(text)\" never fires: no such day exists in these months; check the day of the month (field 3), the "
                    + "month (field 4) and the day of the week (field 5)")
        }
    }
}

extension CronExpression: LocalRecurrence {
    var firesEveryHour: Bool { hours == 0xFF_FFFF }

    func next(after time: LocalTime) -> LocalTime? {
        let minute = time.seconds.flooredQuotient(60) + 1
        let (day, minuteOfDay) = (minute.flooredQuotient(1440), minute.flooredRemainder(1440))
        if days.hits(CivilDate(daysSinceEpoch: day), months: months),
            let hit = nextMinute(from: minuteOfDay)
        {
            return LocalTime(CivilDate(daysSinceEpoch: day), second: hit * 60)
        }
        guard let next = nextDay(from: day + 1), let first = nextMinute(from: 0) else { return nil }
        return LocalTime(next, second: first * 60)
    }

    func previous(before time: LocalTime) -> LocalTime? {
        let minute = time.adding(seconds: -1).seconds.flooredQuotient(60)
        let (day, minuteOfDay) = (minute.flooredQuotient(1440), minute.flooredRemainder(1440))
        if days.hits(CivilDate(daysSinceEpoch: day), months: months),
            let hit = previousMinute(from: minuteOfDay)
        {
            return LocalTime(CivilDate(daysSinceEpoch: day), second: hit * 60)
        }
        guard let previous = previousDay(from: day - 1), let last = previousMinute(from: 1439) else { return nil }
        return LocalTime(previous, second: last * 60)
    }

    /// The first matching minute of a day that is not before one.
    private func nextMinute(from start: Int64) -> Int64? {
        let (hour, minute) = (start / 60, start % 60)
        if hours.has(hour), let hit = minutes.first(from: minute) { return hour * 60 + hit }
        guard let later = hours.first(from: hour + 1), let first = minutes.first(from: 0) else { return nil }
        return later * 60 + first
    }

    /// The last matching minute of a day that is not after one.
    private func previousMinute(from start: Int64) -> Int64? {
        let (hour, minute) = (start / 60, start % 60)
        if hours.has(hour), let hit = minutes.last(upTo: minute) { return hour * 60 + hit }
        guard let earlier = hours.last(upTo: hour - 1), let last = minutes.last(upTo: 59) else { return nil }
        return earlier * 60 + last
    }

    private func nextDay(from start: Int64) -> CivilDate? {
        var (year, month, day) = CivilDate(daysSinceEpoch: start).components
        let lastYear = year + 400
        while year <= lastYear {
            if months.has(month), let hit = days.mask(year: year, month: month).first(from: day) {
                return CivilDate(year: year, month: month, day: hit)
            }
            day = 1
            if let later = months.first(from: month + 1) {
                month = later
            } else {
                (year, month) = (year + 1, months.first(from: 1) ?? 1)
            }
        }
        return nil
    }

    private func previousDay(from start: Int64) -> CivilDate? {
        var (year, month, day) = CivilDate(daysSinceEpoch: start).components
        let firstYear = year - 400
        while year >= firstYear {
            if months.has(month), let hit = days.mask(year: year, month: month).last(upTo: day) {
                return CivilDate(year: year, month: month, day: hit)
            }
            day = 31
            if let earlier = months.last(upTo: month - 1), earlier > 0 {
                month = earlier
            } else {
                (year, month) = (year - 1, months.last(upTo: 12) ?? 12)
            }
        }
        return nil
    }
}
