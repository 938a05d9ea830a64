/// Reads a field of a cron expression.
struct CronParser {
    /// A field and the column it begins in, from 1.
    struct Part {
        var text: Substring
        var column: Int
    }

    private let whole: String
    private let part: Part
    private let field: CronField

    init(_ whole: String, _ part: Part, _ field: CronField) {
        (self.whole, self.part, self.field) = (whole, part, field)
    }

    private static let names: [String: String] = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    /// Splits an expression in its five fields.
    static func fields(_ text: String) throws(ScheduleProblem) -> [Part] {
        guard text.utf8.count <= 1000 else { throw ScheduleProblem("a cron expression has at most 1,000 characters") }
        let shown = "cron \"\(text)\""
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        if let first = text.first(where: { !isBlank($0) }), first == "@" {
            let name = String(text.filter { !isBlank($0) }).lowercased()
            if let meaning = names[name] { return try fields(meaning) }
            let known = names.keys.sorted()
            if name == "@reboot" {
                throw ScheduleProblem(
                    "\(shown): nothing here is booted; expected one of \(known.joined(separator: ", "))")
            }
            if name.hasPrefix("@every") {
                throw ScheduleProblem("\(shown): for a fixed distance give an interval instead, such as 5m")
            }
            let hint = NearestName.nearest(to: name, in: known, limit: 1).first.map { "; did you mean \($0)?" } ?? ""
            throw ScheduleProblem("\(shown): expected one of \(known.joined(separator: ", "))\(hint)")
        }
        var parts: [Part] = []
        for word in text.split(whereSeparator: isBlank) {
            parts.append(Part(text: word, column: text.distance(from: text.startIndex, to: word.startIndex) + 1))
        }
        guard parts.count == 5 else {
            let count = "expected 5 fields (minute, hour, day of the month, month, day of the week), got \(parts.count)"
            let seconds = parts.count == 6 || parts.count == 7
            throw ScheduleProblem(
                "\(shown): \(count)"
                    + (seconds ? "; there are no seconds or years here: leave the extra field out" : ""))
        }
        return parts
    }

    /// A bit for each number.
    func mask() throws(ScheduleProblem) -> UInt64 {
        var mask: UInt64 = 0
        for item in items() { mask |= try numbers(item) }
        return mask
    }

    /// The days of a month.
    func monthDays() throws(ScheduleProblem) -> CronDays.OfMonth {
        var days = CronDays.OfMonth()
        for item in items() {
            if Self.isStar(item.text) {
                days.isRestricted = false
            } else if item.text.uppercased() == "L" {
                days.last = true
            } else if item.text.uppercased().contains("W") {
                throw problem(item, "W (the nearest working day) is not known here; expected \(field.expectation)")
            } else {
                days.mask |= try numbers(item)
            }
        }
        return days
    }

    /// The days of a week.
    func weekDays() throws(ScheduleProblem) -> CronDays.OfWeek {
        var days = CronDays.OfWeek()
        for item in items() {
            let text = item.text.uppercased()
            if Self.isStar(item.text) {
                days.isRestricted = false
            } else if let hash = text.firstIndex(of: "#") {
                let day = try number(text[..<hash], item)
                let written = text[hash...].dropFirst()
                guard let ordinal = Int(written), (1...5).contains(ordinal), written.count == 1 else {
                    throw problem(item, "expected #1 to #5 after the weekday, the first to the fifth of a month")
                }
                days.ordinals[day % 7] |= 1 << UInt64(ordinal)
            } else if text == "L" {
                throw problem(item, "L needs a weekday with it, such as 5L for the last Friday of a month")
            } else if text.hasSuffix("L") || (text.hasPrefix("L") && text.count == 2) {
                days.last |= 1 << UInt64(try number(text.filter { $0 != "L" }[...], item) % 7)
            } else {
                days.mask |= try numbers(item)
            }
        }
        return days
    }

    private static func isStar(_ text: Substring) -> Bool { text == "*" || text == "?" || text == "*/1" }

    private func items() -> [Part] {
        part.text.split(separator: ",", omittingEmptySubsequences: false).map { item in
            Part(text: item, column: part.column + part.text.distance(from: part.text.startIndex, to: item.startIndex))
        }
    }

    /// `*`, `7`, `1-5`, `*/15`, `10-50/20`, `10/20`.
    private func numbers(_ item: Part) throws(ScheduleProblem) -> UInt64 {
        guard !item.text.isEmpty else { throw problem(item, "expected \(field.expectation), got nothing") }
        let halves = item.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var step = 1
        if halves.count == 2 {
            guard let number = Int(halves[1]), (1...field.last).contains(number), halves[1].first != "+" else {
                throw problem(
                    item, "expected a step of 1 to \(field.last) after the /, got \"\(halves[1].prefix(20))\"")
            }
            step = number
        }
        let (first, last) = try bounds(halves[0], hasStep: halves.count == 2, item)
        let size = field.last - field.range.lowerBound + 1
        var mask: UInt64 = 0
        for value in stride(from: first, through: last, by: step) {
            mask |= 1 << UInt64(value > field.last ? value - size : value)
        }
        return mask
    }

    /// The first number and the last; beyond the cycle's end where the range runs over it.
    private func bounds(_ text: Substring, hasStep: Bool, _ item: Part) throws(ScheduleProblem) -> (Int, Int) {
        if text == "*" { return (field.range.lowerBound, field.last) }
        if text == "?" { throw problem(item, "? stands alone, in a day of the month or of the week") }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        var first = try number(ends[0], item)
        if ends.count == 1 {
            if field == .dayOfWeek { first %= 7 }
            return (first, hasStep ? field.last : first)
        }
        var last = try number(ends[1], item)
        // Sunday is 0 and 7; as the end of a range it is the week's last day.
        if field == .dayOfWeek, first == 7 { (first, last) = (0, last % 7) }
        guard first > last else { return (first, last) }
        guard field.wraps else {
            throw problem(item, "the range runs backwards, and months are not equally long; write it as two ranges")
        }
        return (first, last + field.last - field.range.lowerBound + 1)
    }

    private func number(_ text: Substring, _ item: Part) throws(ScheduleProblem) -> Int {
        if let place = field.names.firstIndex(of: text.uppercased()) { return place + field.range.lowerBound }
        guard let number = Int(text), field.range.contains(number), text.first != "+", text.first != "-" else {
            let got = text.isEmpty ? "nothing" : "\"\(text.prefix(20))\""
            let nearest = NearestName.nearest(to: String(text.prefix(20)), in: field.names, limit: 1).first
            let hint = nearest.map { "; did you mean \($0)?" } ?? ""
            throw problem(item, "expected \(field.expectation), got \(got)\(hint)")
        }
        return number
    }

    private func problem(_ item: Part, _ text: String) -> ScheduleProblem {
        ScheduleProblem(
            "cron \"\(whole)\": the \(field.title) (field \(field.rawValue + 1), column \(item.column)): \(text)")
    }
}
