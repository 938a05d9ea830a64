import OrchModel

/// Tells where the log of a run goes over from one attempt to another: a line before the first line of each.
struct AttemptHeadings {
    /// The attempt that the last line was of; nil before the first line of a run that has several.
    private var current: Int?
    private var claims = 0
    private var known: [Int: RunAttempt] = [:]

    /// The headings of a run's log. A run that is in its first attempt has none until it gets another one.
    init(_ run: FlowRun) {
        current = run.attempt > 1 ? nil : 1
    }

    /// The heading before a log line; nil where the line goes on with the same attempt.
    ///
    /// - Parameter attempts: the run's attempts, asked for where one is not known yet; without it the heading has its
    ///   number alone.
    mutating func heading(before record: LogRecord, attempts: () async -> [RunAttempt]) async -> String? {
        // What retention has left stands for all attempts.
        guard !record.tellsOfRemoval else { return nil }
        return await heading(of: record.attempt, attempts)
    }

    /// The heading before a state of a run that is followed from its beginning; nil where the state begins no attempt but
    /// the first. Each claim, and nothing else, makes a run Pending.
    mutating func heading(before state: RunState, attempts: () async -> [RunAttempt]) async -> String? {
        guard state.type == .pending else { return nil }
        claims += 1
        return await heading(of: claims, attempts)
    }

    private mutating func heading(of number: Int, _ attempts: () async -> [RunAttempt]) async -> String? {
        guard number != current else { return nil }
        current = number
        if known[number] == nil {
            for attempt in await attempts() { known[attempt.number] = attempt }
        }
        let attempt = known[number]
        let agent = attempt?.agent.map { ", agent \($0)" } ?? ""
        let time = attempt.map { ", \($0.claimedAt.brief) UTC" } ?? ""
        return "=== attempt \(number)\(agent)\(time) ===\n"
    }
}
