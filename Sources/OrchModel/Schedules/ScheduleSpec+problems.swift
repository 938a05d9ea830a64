public import TimeZones

extension ScheduleSpec {
    /// Compiles it.
    ///
    /// - Parameter zones: where its time zone is looked up. Defaults to the system's.
    /// - Throws: ``ScheduleProblem`` where its zone or its rule is none.
    public func timetable(in zones: ZoneDatabase = .system) throws(ScheduleProblem) -> Timetable {
        let zone: ZoneRules
        do {
            zone = try zones.rules(timezone)
        } catch {
            throw ScheduleProblem(error.description)
        }
        return try Timetable(self, zone: zone)
    }

    /// What is wrong with one of its members.
    package struct Fault: Hashable {
        /// The member's name in JSON.
        package var member: String
        /// A sentence that names it.
        package var text: String
    }

    /// What is wrong with it, a sentence for each; empty where nothing is.
    public func problems(in zones: ZoneDatabase = .system) -> [String] {
        faults(in: zones).map { "schedule \"\(slug.prefix(80))\": \($0.text)" }
    }

    /// The same, with the member that each is about.
    package func faults(in zones: ZoneDatabase = .system) -> [Fault] {
        var faults: [Fault] = []
        func expect(_ holds: Bool, _ name: String, _ expected: String, _ got: some Any) {
            if !holds { faults.append(Fault(member: name, text: "\(name): expected \(expected), got \(got)")) }
        }
        expect(
            Self.isSlug(slug), "slug", "lower-case letters, digits, - and _, at most 63, the first no sign",
            "\"\(slug.prefix(80))\"")
        if let jitterSeconds { expect((0...86_400).contains(jitterSeconds), "jitter", "0 to 86400 s", jitterSeconds) }
        if let window = catchupWindowSeconds {
            expect((1...315_360_000).contains(window), "catchupWindow", "1 to 315360000 s", window)
        }
        if let maxQueued {
            expect((1...100_000).contains(maxQueued), "maxQueued", "1 to 100000", maxQueued)
            let buffers = overlap == .bufferAll || overlap == .bufferOne
            expect(buffers, "maxQueued", "overlap buffer-all or buffer-one with it", overlap.rawValue)
            expect(
                overlap != .bufferOne || maxQueued == 1, "maxQueued", "1, for overlap buffer-one keeps one", maxQueued)
        }
        if let count = pauseAfterFailures {
            expect((1...1000).contains(count), "pauseAfterFailures", "1 to 1000", count)
        }
        expect(!catchup || starts != nil, "catchup", "\"starts\" with it, the first slot to catch up with", "none")
        do {
            let timetable = try timetable(in: zones)
            if let starts = timetable.starts, let ends = timetable.ends, starts >= ends {
                expect(false, "ends", "a time after \"starts\"", "one that is not")
            } else if timetable.next(after: Timestamp(microseconds: .min)) == nil {
                faults.append(
                    Fault(member: rule.member, text: "it never fires: no slot lies between \"starts\" and \"ends\""))
            }
        } catch {
            let isOfZone = (try? zones.rules(timezone)) == nil
            faults.append(Fault(member: isOfZone ? "timezone" : rule.member, text: error.description))
        }
        return faults
    }

    /// What is wrong with a deployment's schedules, each alone and all together.
    public static func problems(of schedules: [ScheduleSpec], in zones: ZoneDatabase = .system) -> [String] {
        var problems = schedules.flatMap { $0.problems(in: zones) }
        var seen: Set<String> = []
        for schedule in schedules where !seen.insert(schedule.slug).inserted {
            problems.append("schedule \"\(schedule.slug)\" is there twice; give each a \"slug\" of its own")
        }
        if schedules.count > 100 { problems.append("schedules: expected at most 100, got \(schedules.count)") }
        return problems
    }

    /// What may surprise, a sentence for each: that it fires no more, and how often it fires where that is often.
    ///
    /// - Parameter now: the day from which slots are counted.
    public func warnings(at now: Timestamp, in zones: ZoneDatabase = .system) -> [String] {
        guard let timetable = try? timetable(in: zones) else { return [] }
        guard timetable.next(after: now) != nil else {
            let last = timetable.previous(before: now + .microseconds(1)).map { "; its last slot was \($0.localText)" }
            let advice = rule.member == "rrule" ? "UNTIL, COUNT and \"ends\"" : "\"ends\""
            return ["schedule \"\(slug)\" has no slot to come: it fires no more\(last ?? ""); check \(advice)"]
        }
        if case .interval(let seconds, _) = rule, seconds < 60 {
            let text = seconds == 1 ? "each second" : "each \(seconds) s"
            return ["schedule \"\(slug)\" fires \(text), \(86_400 / seconds) times a day: more than once a minute"]
        }
        var slots: [Timestamp] = []
        let end = now + .seconds(86_400)
        // Those of a day, and where it matters so many of what fires seldom that the two nearest to each other are among them: to look for
        // those of a rare rule takes long.
        let fewest = jitterSeconds == nil ? 0 : 100
        while slots.count <= 1440, let slot = timetable.next(after: slots.last ?? now)?.instant {
            guard slot <= end || slots.count < fewest else { break }
            slots.append(slot)
        }
        let count = slots.count { $0 <= end }
        var warnings: [String] = []
        if count > Self.oftenADay {
            let text = count >= 1000 ? "\(count / 1000),\(Timestamp.padded(Int64(count % 1000), 3))" : "\(count)"
            warnings.append("schedule \"\(slug)\" fires \(text) times a day, and each time a container starts")
        }
        let nearest = zip(slots.dropFirst(), slots).map { $0 - $1 }.min()
        if let jitterSeconds, let nearest, .seconds(jitterSeconds) > nearest {
            warnings.append(
                "schedule \"\(slug)\": a jitter of \(jitterSeconds) s is longer than from a slot to the next "
                    + "(\(nearest.components.seconds) s): runs may be due together")
        }
        return warnings
    }

    /// More slots a day than this are worth a word: more than each five minutes.
    private static let oftenADay = 288

    private static func isSlug(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 63 else { return false }
        let isWord: (UInt8) -> Bool = { (48...57).contains($0) || (97...122).contains($0) }
        return isWord(first)
            && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }
}
