import OrchModel

extension EntryReader {
    mutating func readSchedules(into entry: inout DeploymentEntry) {
        entry.isPaused = flag("paused")
        if let isActive = flag("is_schedule_active") {
            if let paused = entry.isPaused, paused == isActive {
                refuse("is_schedule_active", "says the opposite of paused: leave one of them out")
            }
            entry.isPaused = !isActive
        }
        // Templates of Prefect's have it as {}, or with keys that say nothing.
        let one = values["schedule"] == .object([:]) ? JSONValue?.none : values["schedule"]
        if one != nil, values["schedules"] != nil {
            refuse("schedule", "schedules stands there too: put it into that list")
        }
        var specs: [(path: String, value: JSONValue)] = []
        if let one { specs = [("schedule", one)] }
        if let several = values["schedules"]?.arrayValue {
            specs = several.enumerated().map { ("schedules[\($0)]", $1) }
        }
        guard one != nil || values["schedules"] != nil else { return }
        var slugs: Set<String> = []
        entry.schedules = []
        for (index, spec) in specs.enumerated() {
            guard let read = scheduleSpec(spec.value, at: spec.path, index: index) else { continue }
            if !slugs.insert(read.slug).inserted {
                refuse(
                    spec.path, "another schedule is called \(Shown.quoted(read.slug)) already: give each its own slug")
            }
            entry.schedules?.append(read)
        }
    }

    private mutating func scheduleSpec(_ value: JSONValue, at path: String, index: Int) -> ScheduleSpec? {
        guard var members = value.objectValue else { return nil }
        if members["slug"] == nil { members["slug"] = .string(index == 0 ? "default" : "default-\(index + 1)") }
        // Prefect writes these beside every rule.
        let rules = ["cron", "interval", "rrule"].filter { members[$0] != nil }
        if rules == ["rrule"] || rules == ["cron"] { members["anchor_date"] = nil }
        if rules == ["rrule"] || rules == ["interval"] { members["day_or"] = nil }
        if let anchor = members["anchor_date"]?.stringValue { members["anchor_date"] = .string(Self.moment(anchor)) }
        var renamed: [String: JSONValue] = [:]
        for (name, value) in members { renamed[Self.memberNames[name] ?? name] = value }
        do {
            let spec = try JSONValue.object(renamed).decode(ScheduleSpec.self)
            for fault in spec.faults() {
                let key = Self.memberNames.first { $0.value == fault.member }?.key ?? fault.member
                let name = "\(fault.member): "
                refuse("\(path).\(key)", String(fault.text.dropFirst(fault.text.hasPrefix(name) ? name.count : 0)))
            }
            return spec
        } catch let error as DecodingError {
            let (member, message) = Self.reason(error)
            let key = Self.memberNames.first { $0.value == member }?.key ?? member
            refuse(key.isEmpty ? path : "\(path).\(key)", message)
        } catch {
            refuse(path, "\(error)")
        }
        return nil
    }

    static let memberNames = [
        "day_or": "dayOr", "anchor_date": "anchor", "catchup_window": "catchupWindow", "max_queued": "maxQueued",
        "pause_after_failures": "pauseAfterFailures",
    ]

    /// A time as Prefect's files write it, `2023-01-01 00:00:00+00:00`, as RFC 3339 has it.
    private static func moment(_ text: String) -> String {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, Timestamp("\(parts[0])T\(parts[1])") != nil else { return text }
        return "\(parts[0])T\(parts[1])"
    }

    private static func reason(_ error: DecodingError) -> (member: String, message: String) {
        switch error {
        case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
            .keyNotFound(_, let context):
            (context.codingPath.last?.stringValue ?? "", context.debugDescription)
        @unknown default: ("", "it cannot be read")
        }
    }
}
