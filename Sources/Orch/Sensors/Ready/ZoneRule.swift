/// How a zone's offset goes on after the last change that its file lists: `GMT0BST,M3.5.0/1,M10.5.0`.
///
/// Source: <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_03>
struct ZoneRule: Sendable {
    private enum Day: Sendable {
        /// The n-th day of the year from 1, 29 February never counted.
        case julian(Int)
        /// The n-th day of the year from 0.
        case zeroBased(Int)
        /// Month, week (5 = the last), weekday (0 = Sunday).
        case weekday(month: Int, week: Int, day: Int)
    }

    private struct Change: Sendable {
        var day: Day
        /// Seconds after midnight.
        var time = 7200
    }

    private var standard = 0
    private var summer: (offset: Int, start: Change, end: Change)?

    /// Reads a rule; nil where it is none.
    init?(_ text: String) {
        var rest = Substring(text)
        guard Self.name(&rest), let offset = Self.time(&rest) else { return nil }
        standard = -offset
        guard !rest.isEmpty else { return }
        guard Self.name(&rest) else { return nil }
        var summerOffset = standard + 3600
        if rest.first != ",", let offset = Self.time(&rest) { summerOffset = -offset }
        guard let start = Self.change(&rest), let end = Self.change(&rest), rest.isEmpty else { return nil }
        summer = (summerOffset, start, end)
    }

    /// Seconds east of UTC at an instant, in seconds since 1970.
    func offset(at time: Int64) -> Int {
        guard let summer else { return standard }
        let local = time + Int64(standard)
        let day = (local - (local % 86_400 + 86_400) % 86_400) / 86_400
        let year = CivilDate(daysSinceEpoch: day).components.year
        let start = Self.seconds(summer.start, year) - Int64(standard)
        let end = Self.seconds(summer.end, year) - Int64(summer.offset)
        let isSummer = start < end ? time >= start && time < end : time >= start || time < end
        return isSummer ? summer.offset : standard
    }

    /// When a change is in a year, in seconds since 1970 by the clock before it.
    private static func seconds(_ change: Change, _ year: Int64) -> Int64 {
        guard let newYear = CivilDate(year: year, month: 1, day: 1)?.daysSinceEpoch else { return 0 }
        let day: Int64
        switch change.day {
        case .zeroBased(let number): day = newYear + Int64(number)
        case .julian(let number):
            let isLeap = CivilDate(year: year, month: 2, day: 29) != nil
            day = newYear + Int64(number - 1) + (isLeap && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            guard let first = CivilDate(year: year, month: Int64(month), day: 1)?.daysSinceEpoch else { return 0 }
            // 1970-01-01 was a Thursday.
            let ahead = (Int64(weekday) - (first + 4) % 7 + 14) % 7
            var date = first + ahead + Int64(week - 1) * 7
            let next =
                month == 12
                ? CivilDate(year: year + 1, month: 1, day: 1) : CivilDate(year: year, month: Int64(month) + 1, day: 1)
            while let end = next?.daysSinceEpoch, date >= end { date -= 7 }
            day = date
        }
        return day * 86_400 + Int64(change.time)
    }

    private static func name(_ rest: inout Substring) -> Bool {
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let name = rest.prefix { $0.isLetter }
        rest = rest[name.endIndex...]
        return name.count >= 3
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    private static func time(_ rest: inout Substring) -> Int? {
        var sign = 1
        if let first = rest.first, first == "-" || first == "+" {
            if first == "-" { sign = -1 }
            rest.removeFirst()
        }
        guard var seconds = number(&rest, upTo: 167).map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] where rest.first == ":" {
            rest.removeFirst()
            guard let part = number(&rest, upTo: 59) else { return nil }
            seconds += part * unit
        }
        return sign * seconds
    }

    private static func change(_ rest: inout Substring) -> Change? {
        guard rest.first == "," else { return nil }
        rest.removeFirst()
        var change: Change
        switch rest.first {
        case "M":
            rest.removeFirst()
            guard let month = number(&rest, upTo: 12), month > 0, dot(&rest), let week = number(&rest, upTo: 5),
                week > 0, dot(&rest), let day = number(&rest, upTo: 6)
            else { return nil }
            change = Change(day: .weekday(month: month, week: week, day: day))
        case "J":
            rest.removeFirst()
            guard let day = number(&rest, upTo: 365), day > 0 else { return nil }
            change = Change(day: .julian(day))
        default:
            guard let day = number(&rest, upTo: 365) else { return nil }
            change = Change(day: .zeroBased(day))
        }
        if rest.first == "/" {
            rest.removeFirst()
            guard let time = time(&rest) else { return nil }
            change.time = time
        }
        return change
    }

    private static func dot(_ rest: inout Substring) -> Bool {
        guard rest.first == "." else { return false }
        rest.removeFirst()
        return true
    }

    private static func number(_ rest: inout Substring, upTo most: Int) -> Int? {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        guard let number = Int(digits), number <= most else { return nil }
        rest = rest[digits.endIndex...]
        return number
    }
}
