/// A date of an HTTP header field, to the second.
struct HTTPDate: Sendable, Equatable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    let seconds: Int64

    /// Reads the form that servers have to send, such as `Sun, 06 Nov 1994 08:49:37 GMT`; nil for the obsolete ones
    /// (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7).
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard
            words.count == 6, words[5] == "GMT", words[0].utf8.count == 4, words[0].hasSuffix(","),
            let day = Self.number(words[1], digits: 2), let year = Self.number(words[3], digits: 4),
            let month = Self.months.firstIndex(of: String(words[2])).map({ Int64($0) + 1 }),
            (1...31).contains(day), year >= 1601
        else { return nil }
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false)
        guard
            clock.count == 3, let hour = Self.number(clock[0], digits: 2),
            let minute = Self.number(clock[1], digits: 2),
            let second = Self.number(clock[2], digits: 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        seconds = Self.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    static func < (left: HTTPDate, right: HTTPDate) -> Bool { left.seconds < right.seconds }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func number(_ text: Substring, digits: Int) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }

    /// Days since 1970-01-01 in the Gregorian calendar. Years begin in March here, so that a leap day comes last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
