/// A search through the days of a recurrence rule; it gives up where a rule fires so rarely that nobody can mean it.
struct RecurrenceSearch {
    let period: RecurrencePeriod
    /// The day to look at; nil = the search has ended.
    var day: CivilDate? {
        didSet {
            guard let day, abs(day.daysSinceEpoch - first.daysSinceEpoch) <= Self.furthest, work < Self.mostWork,
                (1...9998).contains(day.components.year)
            else {
                day = nil
                return
            }
        }
    }
    private let rule: RecurrenceRule
    private let first: CivilDate
    private var work = 0

    /// Two cycles of the calendar.
    private static let furthest = 2 * CivilDate.daysInCycle
    /// Days looked at; some tens of milliseconds.
    private static let mostWork = 400_000

    init(_ rule: RecurrenceRule, from day: CivilDate) {
        self.rule = rule
        period = RecurrencePeriod(rule.parts, start: rule.start.day)
        first = day
        self.day = (1...9998).contains(day.components.year) ? day : nil
    }

    /// Whether times are picked by their place among a period's.
    var picksOfPeriods: Bool { rule.parts.frequency < .hourly && !rule.parts.bySetPosition.isEmpty }

    /// The times of a day, or of its whole period where places among them are wanted; and the last day that has been looked at.
    mutating func look(at day: CivilDate) -> (times: [LocalTime], last: CivilDate) {
        work += 1
        guard period.isWanted(day) else { return ([], day) }
        if picksOfPeriods {
            let days = period.days(around: day)
            work += 31
            let total = Int64(days.count * rule.times.count)
            let places = Set(rule.parts.bySetPosition.map { $0 > 0 ? $0 - 1 : total + $0 })
            let times = places.filter { (0..<total).contains($0) }.sorted().map { place in
                let (index, time) = Int(place).quotientAndRemainder(dividingBy: rule.times.count)
                return LocalTime(days[index], second: rule.times[time])
            }
            return (times, period.bounds(around: day).last)
        }
        guard period.matches(day) else { return ([], day) }
        let times = rule.times.map { LocalTime(day, second: $0) }
        guard rule.parts.frequency >= .hourly else { return (times, day) }
        work += rule.times.count / 32
        return (picked(times.filter { rule.isCounted($0) }), day)
    }

    /// Of the times of each hour, or of each minute, those whose place is wanted.
    private func picked(_ times: [LocalTime]) -> [LocalTime] {
        let places = rule.parts.bySetPosition
        guard !places.isEmpty else { return times }
        if rule.parts.frequency == .minutely { return places.contains(1) || places.contains(-1) ? times : [] }
        var picked: [LocalTime] = []
        for hour in Int64(0)..<24 {
            let own = times.filter { $0.secondOfDay / 3600 == hour }
            for (index, time) in own.enumerated()
            where places.contains(Int64(index + 1)) || places.contains(Int64(index - own.count)) {
                picked.append(time)
            }
        }
        return picked
    }
}
