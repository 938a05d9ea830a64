/// What a wait throws that took longer than it may.
public struct SensorTimedOut: Error, Sendable, CustomStringConvertible {
    /// What was waited for.
    public let waitsFor: String
    /// How long it might take, from the first look on.
    public let limit: Duration
    /// How often it was looked for.
    public let pokes: Int
    /// Why the last look could not tell; nil where it could.
    public let lastFailure: String?

    /// A sentence: what did not come, and in what time.
    public var description: String {
        "there was no \(waitsFor) within \(limit.brief): looked \(pokes) \(pokes == 1 ? "time" : "times")"
            + (lastFailure.map { "; the last look failed: \($0)" } ?? "")
    }
}

/// What a wait throws whose looks failed more often than is tolerated.
public struct SensorFailed: Error, Sendable, CustomStringConvertible {
    /// What was waited for.
    public let waitsFor: String
    /// How many looks failed, one after the other.
    public let failures: Int
    /// What the last of them threw.
    public let error: any Error

    /// A sentence: what cannot be looked for, and why.
    public var description: String {
        "cannot look for \(waitsFor): \(ReportedText.message(of: error))"
            + (failures > 1 ? " (\(failures) looks in a row failed)" : "")
    }
}

/// What a sensor throws to end the wait at once, whatever failures are tolerated: looking again would not help.
public struct SensorGivesUp: Error, Sendable, CustomStringConvertible {
    /// Why.
    public let reason: String
    /// A reason, in words.
    public init(_ reason: String) { self.reason = reason }

    public var description: String { reason }
}

/// What a task throws that is not to be done: it ends as Skipped, which is no failure, and is not tried again.
///
/// A flow that throws it ends as Skipped, too; a node of a graph that does is skipped, as its trigger rules have it.
public struct TaskSkipped: Error, Sendable, CustomStringConvertible {
    /// Why, in words.
    public let reason: String
    /// A reason, in words.
    public init(_ reason: String) { self.reason = reason }

    public var description: String { reason }
}

extension Duration {
    /// `45 s`, `1.5 s`, `12 min`, `2 h 5 min`: as people say it.
    var brief: String {
        let seconds = self / .seconds(1)
        guard seconds >= 60 else {
            let tenths = (seconds * 10).rounded() / 10
            return tenths == tenths.rounded() ? "\(Int(tenths)) s" : "\(tenths) s"
        }
        guard seconds < 1e15 else { return "ever" }
        let whole = Int64(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        var parts: [String] = []
        if hours >= 48 {
            parts.append("\(hours / 24) d")
            if hours % 24 > 0 { parts.append("\(hours % 24) h") }
            return parts.joined(separator: " ")
        }
        if hours > 0 { parts.append("\(hours) h") }
        if minutes > 0 { parts.append("\(minutes) min") }
        if rest > 0, hours == 0 { parts.append("\(rest) s") }
        return parts.joined(separator: " ")
    }
}
