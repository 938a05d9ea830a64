extension ScheduleSpec: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case slug, cron, interval, rrule, dayOr, anchor, timezone, active, parameters, starts, ends, jitter, catchup
        case missed, catchupWindow, overlap, maxQueued, pauseAfterFailures
    }

    /// Reads a flat object with one of `cron`, `interval` and `rrule`; lengths of time are seconds or ISO 8601 (`PT1H30M`).
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(rule: try Self.rule(container))
        func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
            value = try container.decodeIfPresent(Value.self, forKey: key) ?? value
        }
        try read(.slug, &slug)
        try read(.timezone, &timezone)
        isActive = try container.decodeIfPresent(Bool.self, forKey: .active)
        try read(.parameters, &parameters)
        starts = try container.decodeIfPresent(ScheduleMoment.self, forKey: .starts)
        ends = try container.decodeIfPresent(ScheduleMoment.self, forKey: .ends)
        jitterSeconds = try Self.seconds(container, .jitter)
        try read(.catchup, &catchup)
        missed = try Self.word(container, .missed, missed)
        catchupWindowSeconds = try Self.seconds(container, .catchupWindow)
        overlap = try Self.word(container, .overlap, overlap)
        maxQueued = try container.decodeIfPresent(Int.self, forKey: .maxQueued)
        pauseAfterFailures = try container.decodeIfPresent(Int.self, forKey: .pauseAfterFailures)
    }

    /// Writes what differs from the defaults, so that equal schedules have equal texts.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(slug, forKey: .slug)
        switch rule {
        case .cron(let text, let dayOr):
            try container.encode(text, forKey: .cron)
            if !dayOr { try container.encode(false, forKey: .dayOr) }
        case .interval(let seconds, let anchor):
            try container.encode(seconds, forKey: .interval)
            try container.encodeIfPresent(anchor, forKey: .anchor)
        case .rrule(let text): try container.encode(text, forKey: .rrule)
        }
        try container.encode(timezone, forKey: .timezone)
        try container.encodeIfPresent(isActive, forKey: .active)
        if !parameters.isEmpty { try container.encode(parameters, forKey: .parameters) }
        try container.encodeIfPresent(starts, forKey: .starts)
        try container.encodeIfPresent(ends, forKey: .ends)
        try container.encodeIfPresent(jitterSeconds, forKey: .jitter)
        if catchup { try container.encode(true, forKey: .catchup) }
        if missed != .latest { try container.encode(missed, forKey: .missed) }
        try container.encodeIfPresent(catchupWindowSeconds, forKey: .catchupWindow)
        if overlap != .skip { try container.encode(overlap, forKey: .overlap) }
        try container.encodeIfPresent(maxQueued, forKey: .maxQueued)
        try container.encodeIfPresent(pauseAfterFailures, forKey: .pauseAfterFailures)
    }

    private typealias Members = KeyedDecodingContainer<CodingKeys>

    private static func rule(_ members: Members) throws -> ScheduleRule {
        let rules: [CodingKeys] = [.cron, .interval, .rrule]
        let given = rules.filter { members.contains($0) }
        guard let kind = given.first, given.count == 1 else {
            let names = given.map { "\"\($0.rawValue)\"" }.joined(separator: " and ")
            let got = given.isEmpty ? "none of them" : names
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: members.codingPath,
                    debugDescription: "a schedule has one of \"cron\", \"interval\" and \"rrule\", got \(got)"))
        }
        for (member, owner) in [(CodingKeys.dayOr, CodingKeys.cron), (.anchor, .interval)]
        where members.contains(member) && owner != kind {
            throw DecodingError.dataCorruptedError(
                forKey: member, in: members,
                debugDescription: "\"\(member.rawValue)\" belongs to \"\(owner.rawValue)\", and this schedule has "
                    + "\"\(kind.rawValue)\"; leave it out")
        }
        switch kind {
        case .interval:
            return .interval(
                seconds: try seconds(members, .interval) ?? 0,
                anchor: try members.decodeIfPresent(ScheduleMoment.self, forKey: .anchor))
        case .rrule: return .rrule(try members.decode(String.self, forKey: .rrule))
        default:
            return .cron(
                try members.decode(String.self, forKey: .cron),
                dayOr: try members.decodeIfPresent(Bool.self, forKey: .dayOr) ?? true)
        }
    }

    /// Whole seconds, given as a number or as a length of time.
    private static func seconds(_ members: Members, _ key: CodingKeys) throws -> Int? {
        guard members.contains(key), try !members.decodeNil(forKey: key) else { return nil }
        if let number = try? members.decode(Double.self, forKey: key) {
            if let seconds = Int(exactly: number) { return seconds }
        } else if let text = try? members.decode(String.self, forKey: key), let span = TimeSpan(text),
            span.microseconds % 1_000_000 == 0
        {
            return Int(span.microseconds / 1_000_000)
        }
        throw DecodingError.dataCorruptedError(
            forKey: key, in: members,
            debugDescription: "expected whole seconds such as 3600, or a length of time such as PT1H or 1h30m")
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ members: Members, _ key: CodingKeys, _ standard: Word
    ) throws -> Word {
        guard let text = try members.decodeIfPresent(String.self, forKey: key) else { return standard }
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue)
        let hint = NearestName.nearest(to: text, in: words, limit: 1).first.map { "; did you mean \($0)?" } ?? ""
        throw DecodingError.dataCorruptedError(
            forKey: key, in: members,
            debugDescription: "expected one of \(words.joined(separator: ", ")), got \"\(text)\"\(hint)")
    }
}

extension ScheduleSpec: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}
