extension RecurrenceParts {
    private static let names = [
        "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYHOUR",
        "BYMINUTE", "BYSECOND", "BYSETPOS", "WKST",
    ]

    /// Reads `FREQ=MONTHLY;BYDAY=2TU`.
    init(_ text: String) throws(ScheduleProblem) {
        var values: [String: String] = [:]
        for part in text.split(separator: ";", omittingEmptySubsequences: true) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = halves[0].uppercased()
            guard halves.count == 2, Self.names.contains(name) else {
                let hint = NearestName.nearest(to: name, in: Self.names, limit: 1).first
                let advice = hint.map { "did you mean \($0)?" } ?? "expected \(Self.names.joined(separator: ", "))"
                throw ScheduleProblem("rrule: there is no part \"\(part.prefix(60))\"; \(advice)")
            }
            guard values.updateValue(halves[1].uppercased(), forKey: name) == nil else {
                throw ScheduleProblem("rrule: \(name) is given twice; write it once, with commas between its values")
            }
        }
        let word = values["FREQ"] ?? "nothing"
        if word == "SECONDLY" {
            throw ScheduleProblem("rrule: FREQ=SECONDLY is too often for a container; expected MINUTELY or rarer")
        }
        guard let frequency = Frequency(rawValue: word) else {
            let words = Frequency.allCases.map(\.rawValue).joined(separator: ", ")
            throw ScheduleProblem("rrule: FREQ: expected one of \(words), got \(word.prefix(40))")
        }
        self.init(frequency: frequency)
        interval = try Self.number(values, "INTERVAL", 1...1_000_000) ?? 1
        count = try Self.number(values, "COUNT", 1...10_000).map { Int($0) }
        until = try values["UNTIL"].map { text throws(ScheduleProblem) in
            try RecurrenceText.moment(text, in: "UNTIL")
        }
        guard count == nil || until == nil else {
            throw ScheduleProblem("rrule: COUNT and UNTIL both say where it ends; leave one out")
        }
        byMonth = try Self.numbers(values, "BYMONTH", 1...12)
        byWeekNumber = try Self.numbers(values, "BYWEEKNO", -53...53)
        byYearDay = try Self.numbers(values, "BYYEARDAY", -366...366)
        byMonthDay = try Self.numbers(values, "BYMONTHDAY", -31...31)
        byHour = try Self.numbers(values, "BYHOUR", 0...23)
        byMinute = try Self.numbers(values, "BYMINUTE", 0...59)
        bySetPosition = try Self.numbers(values, "BYSETPOS", -366...366)
        byDay = try Self.weekdays(values["BYDAY"])
        if let start = values["WKST"] { weekStart = try Self.weekday(start[...], in: "WKST") }
        try check(values)
    }

    /// What goes together, by the table of RFC 5545.
    private func check(_ values: [String: String]) throws(ScheduleProblem) {
        guard values["BYSECOND"].map({ $0 == "0" || $0 == "00" }) ?? true else {
            throw ScheduleProblem("rrule: BYSECOND: there are no seconds here; expected 0, or nothing")
        }
        if !byWeekNumber.isEmpty, frequency != .yearly {
            throw ScheduleProblem("rrule: BYWEEKNO goes with FREQ=YEARLY alone; leave it out")
        }
        if byDay.contains(where: { $0.ordinal != nil }), frequency > .monthly || !byWeekNumber.isEmpty {
            throw ScheduleProblem(
                "rrule: BYDAY: an ordinal such as 2TU goes with FREQ=MONTHLY or YEARLY, and not with BYWEEKNO; write TU"
            )
        }
        let others = byMonth.count + byWeekNumber.count + byYearDay.count + byMonthDay.count + byDay.count
        guard bySetPosition.isEmpty || others + byHour.count + byMinute.count > 0 else {
            throw ScheduleProblem("rrule: BYSETPOS picks among what other BY… parts give; add one")
        }
    }

    private static func numbers(
        _ values: [String: String], _ name: String, _ range: ClosedRange<Int64>
    ) throws(ScheduleProblem) -> [Int64] {
        guard let text = values[name] else { return [] }
        var numbers: Set<Int64> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Int64(part), range.contains(number), number != 0 || range.lowerBound == 0 else {
                let negative = range.lowerBound < 0
                let expected =
                    negative
                    ? "1 to \(range.upperBound), or -1 to \(range.lowerBound) from the end"
                    : "\(range.lowerBound) to \(range.upperBound)"
                throw ScheduleProblem("rrule: \(name): expected \(expected), got \"\(part.prefix(40))\"")
            }
            numbers.insert(number)
        }
        return numbers.sorted()
    }

    private static func number(
        _ values: [String: String], _ name: String, _ range: ClosedRange<Int64>
    ) throws(ScheduleProblem) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw ScheduleProblem(
                "rrule: \(name): expected \(range.lowerBound) to \(range.upperBound), got \"\(text.prefix(40))\"")
        }
        return number
    }

    private static func weekdays(_ text: String?) throws(ScheduleProblem) -> [Weekday] {
        guard let text else { return [] }
        var days: [Weekday] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let day = try weekday(part.suffix(2), in: "BYDAY")
            guard part.utf8.count > 2 else {
                days.append(Weekday(ordinal: nil, day: day))
                continue
            }
            guard let ordinal = Int64(part.dropLast(2)), ordinal != 0, (-53...53).contains(ordinal) else {
                throw ScheduleProblem(
                    "rrule: BYDAY: expected a weekday such as MO, 2TU or -1FR, got \"\(part.prefix(40))\"")
            }
            days.append(Weekday(ordinal: ordinal, day: day))
        }
        return days
    }

    private static func weekday(_ text: Substring, in name: String) throws(ScheduleProblem) -> Int64 {
        guard let place = weekdayNames.firstIndex(of: String(text)) else {
            throw ScheduleProblem(
                "rrule: \(name): expected a weekday of \(weekdayNames.joined(separator: ", ")), got \"\(text)\"")
        }
        return Int64(place)
    }
}
