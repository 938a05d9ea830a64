/// The lines of a recurrence: `RRULE`, `DTSTART`, `RDATE`, `EXDATE`.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc5545#section-3.8.5>
struct RecurrenceText {
    var start: ScheduleMoment?
    var rules: [RecurrenceParts] = []
    var dates: [ScheduleMoment] = []
    var excluded: [ScheduleMoment] = []
    /// The zones that its lines name.
    var zones: Set<String> = []

    private static let names = ["RRULE", "DTSTART", "RDATE", "EXDATE"]

    /// Reads lines; a line alone without a name is a rule.
    init(_ text: String) throws(ScheduleProblem) {
        guard text.utf8.count <= 6500 else {
            throw ScheduleProblem("rrule: expected at most 6,500 characters, got \(text.utf8.count)")
        }
        for line in Self.unfolded(text) { try read(line) }
        guard !rules.isEmpty || !dates.isEmpty else {
            throw ScheduleProblem("rrule: expected a rule such as FREQ=MONTHLY;BYDAY=2TU, got none")
        }
        guard rules.count <= 20 else { throw ScheduleProblem("rrule: expected at most 20 rules, got \(rules.count)") }
    }

    private mutating func read(_ line: String) throws(ScheduleProblem) {
        let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else {
            rules.append(try RecurrenceParts(line))
            return
        }
        let settings = halves[0].split(separator: ";").map(String.init)
        let name = settings.first?.uppercased() ?? ""
        for setting in settings.dropFirst() {
            let upper = setting.uppercased()
            if upper.hasPrefix("TZID=") {
                zones.insert(String(setting.dropFirst(5)))
            } else if !upper.hasPrefix("VALUE=") {
                throw ScheduleProblem("rrule: \(name): expected TZID or VALUE, got \"\(setting.prefix(40))\"")
            }
        }
        let value = String(halves[1])
        switch name {
        case "RRULE": rules.append(try RecurrenceParts(value))
        case "DTSTART":
            guard start == nil else { throw ScheduleProblem("rrule: DTSTART is given twice; one rule begins once") }
            start = try Self.moment(value, in: name)
        case "RDATE": dates += try Self.moments(value, in: name)
        case "EXDATE": excluded += try Self.moments(value, in: name)
        case "EXRULE":
            throw ScheduleProblem("rrule: EXRULE is no longer part of the standard; write the days as EXDATE")
        default:
            let hint = NearestName.nearest(to: name, in: Self.names, limit: 1).first
            let advice = hint.map { "did you mean \($0)?" } ?? "expected \(Self.names.joined(separator: ", "))"
            throw ScheduleProblem("rrule: there is no line \"\(name.prefix(40))\"; \(advice)")
        }
    }

    /// Lines without those that are empty; one that begins with a blank goes on the line before.
    private static func unfolded(_ text: String) -> [String] {
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            if line.first == " " || line.first == "\t", !lines.isEmpty {
                lines[lines.count - 1] += line.dropFirst()
            } else {
                let trimmed = line.drop { $0 == " " || $0 == "\t" }
                if !trimmed.isEmpty { lines.append(String(trimmed)) }
            }
        }
        return lines.map { line in
            var line = line
            while line.last == " " || line.last == "\t" { line.removeLast() }
            return line
        }
    }

    private static func moments(_ text: String, in name: String) throws(ScheduleProblem) -> [ScheduleMoment] {
        var moments: [ScheduleMoment] = []
        for part in text.split(separator: ",") { moments.append(try moment(String(part), in: name)) }
        return moments
    }

    /// `20260101`, `20260101T070000`, `20260101T060000Z`.
    static func moment(_ text: String, in name: String) throws(ScheduleProblem) -> ScheduleMoment {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            return bytes[range].reduce(Int64?.some(0)) { value, byte in
                guard let value, byte >= 48, byte <= 57 else { return nil }
                return value * 10 + Int64(byte - 48)
            }
        }
        if let year = number(0..<4), let month = number(4..<6), let dayOfMonth = number(6..<8),
            let day = CivilDate(year: year, month: month, day: dayOfMonth)
        {
            if bytes.count == 8 { return .local(LocalTime(day)) }
            let isUTC = bytes.count == 16 && (bytes[15] == UInt8(ascii: "Z") || bytes[15] == UInt8(ascii: "z"))
            if bytes.count == 15 || isUTC, bytes[8] == UInt8(ascii: "T") || bytes[8] == UInt8(ascii: "t"),
                let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15), hour < 24,
                minute < 60, second < 60
            {
                let time = LocalTime(day, second: hour * 3600 + minute * 60 + second)
                return isUTC ? .instant(Timestamp(microseconds: time.seconds * 1_000_000)) : .local(time)
            }
        }
        throw ScheduleProblem(
            "rrule: \(name): expected a time such as 20260101T070000, got \"\(text.prefix(40))\"")
    }
}
