/// How a zone's offset goes on after the last change that its file lists: `GMT0BST,M3.5.0/1,M10.5.0`.
///
/// Times of day reach from -167 to 167 hours, as files of version 3 have them.
/// Source: <https://www.rfc-editor.org/rfc/rfc9636#section-3.3.1>
struct ZoneFooter: Hashable, Sendable {
    enum Day: Hashable, Sendable {
        /// The n-th day of the year from 1, 29 February never counted.
        case julian(Int64)
        /// The n-th day of the year from 0.
        case zeroBased(Int64)
        /// Month, week (5 = the last), weekday (0 = Sunday).
        case weekday(month: Int64, week: Int64, day: Int64)
    }

    struct Change: Hashable, Sendable {
        var day: Day
        /// Seconds after midnight.
        var time: Int64 = 7200
    }

    struct Summer: Hashable, Sendable {
        /// Seconds east of UTC; less than in the standard time where that is the summer's, as in Dublin.
        var offset: Int64
        var start: Change
        var end: Change
    }

    let standard: Int64
    let summer: Summer?

    /// Whether the offset changes with the season.
    var hasSummer: Bool { summer.map { $0.offset != standard } ?? false }

    /// Reads a rule; nil where it is none.
    init?(_ text: String) {
        var parser = ZoneFooterParser(rest: Substring(text))
        guard parser.name(), let offset = parser.offset() else { return nil }
        standard = offset
        guard !parser.rest.isEmpty else {
            summer = nil
            return
        }
        guard parser.name() else { return nil }
        var summerOffset = standard + 3600
        if parser.rest.first != "," {
            guard let offset = parser.offset() else { return nil }
            summerOffset = offset
        }
        guard let start = parser.change(), let end = parser.change(), parser.rest.isEmpty else { return nil }
        summer = Summer(offset: summerOffset, start: start, end: end)
    }

    /// The changes of some years, ascending; of several at one instant only the last.
    func changes(in years: ClosedRange<Int64>) -> [(at: Int64, offset: Int32)] {
        guard let summer else { return [] }
        var all: [(at: Int64, isStart: Bool)] = []
        for year in years {
            all.append((second(summer.start, year) - standard, true))
            all.append((second(summer.end, year) - summer.offset, false))
        }
        // A summer that begins when the one before ends has no winter: it is always summer.
        all.sort { ($0.at, $0.isStart ? 1 : 0) < ($1.at, $1.isStart ? 1 : 0) }
        var changes: [(at: Int64, offset: Int32)] = []
        for change in all {
            if changes.last?.at == change.at { changes.removeLast() }
            changes.append((change.at, Int32(truncatingIfNeeded: change.isStart ? summer.offset : standard)))
        }
        return changes
    }

    /// When a change is in a year, by the clock before it.
    private func second(_ change: Change, _ year: Int64) -> Int64 {
        let day: Int64
        switch change.day {
        case .zeroBased(let number): day = Gregorian.day(ofNewYear: year) + number
        case .julian(let number):
            day = Gregorian.day(ofNewYear: year) + number - 1 + (number >= 60 && Gregorian.isLeap(year) ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = Gregorian.day(ofMonth: month, in: year)
            let ahead = (weekday - Gregorian.weekday(ofDay: first) + 7) % 7
            let end = Gregorian.day(ofMonth: month + 1, in: year)
            let date = first + ahead + (week - 1) * 7
            day = date < end ? date : date - 7
        }
        return day * 86_400 + change.time
    }
}
