/// Reads the parts of a zone's footer, from the left.
struct ZoneFooterParser {
    /// What has not been read.
    var rest: Substring

    /// An abbreviation: three letters or more, or anything in `<>`.
    mutating func name() -> Bool {
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let name = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest[name.endIndex...]
        return name.utf8.count >= 3
    }

    /// Seconds east of UTC; they are written as seconds west, of at most a day and an hour.
    mutating func offset() -> Int64? {
        guard let west = time(), abs(west) <= ZoneRules.largestOffset else { return nil }
        return -west
    }

    /// `,M3.5.0/1`: a day and a time.
    mutating func change() -> ZoneFooter.Change? {
        guard take(","), let day = day() else { return nil }
        var change = ZoneFooter.Change(day: day)
        if take("/") {
            guard let time = time() else { return nil }
            change.time = time
        }
        return change
    }

    private mutating func day() -> ZoneFooter.Day? {
        if take("M") {
            guard let month = number(1...12), take("."), let week = number(1...5), take("."), let day = number(0...6)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
        if take("J") { return number(1...365).map { .julian($0) } }
        return number(0...365).map { .zeroBased($0) }
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    private mutating func time() -> Int64? {
        let sign: Int64 = take("-") ? -1 : 1
        if sign == 1 { _ = take("+") }
        guard let hours = number(0...167) else { return nil }
        var seconds = hours * 3600
        for unit: Int64 in [60, 1] where take(":") {
            guard let part = number(0...59) else { return nil }
            seconds += part * unit
        }
        return sign * seconds
    }

    private mutating func take(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        guard let number = Int64(digits), range.contains(number) else { return nil }
        rest = rest[digits.endIndex...]
        return number
    }
}
