/// The times of recurrence rules and single dates, without those that are excluded.
struct RecurrenceSet: Hashable, Sendable {
    private let rules: [RecurrenceRule]
    private let dates: [LocalTime]
    private let excluded: Set<LocalTime>

    /// Where a rule begins that does not say it: the same for everyone, so that the same text means the same.
    static let standardStart = LocalTime(seconds: 1_577_836_800)

    /// Reads lines of RFC 5545.
    ///
    /// - Parameters:
    ///   - text: such as `FREQ=MONTHLY;BYDAY=2TU`, with `DTSTART`, `RDATE` and `EXDATE` on lines of their own.
    ///   - zoneName: the schedule's zone; a `TZID` must name the same.
    ///   - local: the local time of an instant there.
    init(_ text: String, zoneName: String, local: (Timestamp) -> LocalTime) throws(ScheduleProblem) {
        let lines = try RecurrenceText(text)
        for zone in lines.zones.sorted() where zone != zoneName {
            throw ScheduleProblem(
                "rrule: TZID=\(zone.prefix(60)) is another zone than the schedule's, \(zoneName); leave TZID out")
        }
        func resolved(_ moment: ScheduleMoment) -> LocalTime {
            switch moment {
            case .instant(let instant): local(instant)
            case .local(let time): time
            }
        }
        let start = lines.start.map(resolved) ?? Self.standardStart
        var rules: [RecurrenceRule] = []
        for parts in lines.rules {
            rules.append(try RecurrenceRule(parts, start: start, until: parts.until.map(resolved)))
        }
        self.rules = rules
        dates = Set(lines.dates.map(resolved)).sorted()
        excluded = Set(lines.excluded.map(resolved))
        guard next(after: .init(seconds: .min / 4)) != nil else {
            throw ScheduleProblem("rrule: it never fires; EXDATE excludes all that is left")
        }
    }
}

extension RecurrenceSet: LocalRecurrence {
    var firesEveryHour: Bool { dates.isEmpty && rules.allSatisfy(\.firesEveryHour) }

    func next(after time: LocalTime) -> LocalTime? {
        var after = time
        while true {
            var best = dates.first { $0 > after }
            for rule in rules {
                if let hit = rule.next(after: after), best.map({ hit < $0 }) ?? true { best = hit }
            }
            guard let best else { return nil }
            if !excluded.contains(best) { return best }
            after = best
        }
    }

    func previous(before time: LocalTime) -> LocalTime? {
        var before = time
        while true {
            var best = dates.last { $0 < before }
            for rule in rules {
                if let hit = rule.previous(before: before), best.map({ hit > $0 }) ?? true { best = hit }
            }
            guard let best else { return nil }
            if !excluded.contains(best) { return best }
            before = best
        }
    }
}
