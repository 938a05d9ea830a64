/// Decides what follows from each look of a sensor. It does nothing itself.
struct SensorCourse: Sendable {
    /// What a look came to.
    enum Look {
        case found
        case nothing
        case failed(any Error)
    }

    /// What is to be done.
    enum Step {
        /// Look now.
        case look
        /// Look at this time; until then the run may leave its container where that is said.
        case wait(until: Timestamp, mayLeave: Bool)
        case found
        case timedOut(SensorTimedOut)
        case failed(SensorFailed)
    }

    /// How a wait goes on.
    struct Rules: Sendable {
        var interval: PokeInterval
        var timeout: Duration
        var mode: SensorMode
        var failures: PokeFailures
    }

    let rules: Rules
    private(set) var record: SensorRecord
    private var lastFailure: (any Error)?

    init(_ record: SensorRecord, _ rules: Rules) {
        (self.record, self.rules) = (record, rules)
    }

    /// When the wait is over; there is one look at the end of it.
    private var deadline: Timestamp { record.since + max(rules.timeout, .zero) }

    /// What comes first: a look, unless an earlier attempt made one and it is not time yet.
    func begin(at now: Timestamp) -> Step {
        guard let next = record.next, next > now else { return .look }
        return step(until: next, at: now)
    }

    /// What comes after a look.
    ///
    /// - Parameters:
    ///   - memory: what the look left for the next one.
    ///   - hint: when the sensor says that it makes sense to look next; nil for the interval.
    ///   - share: gives a random number from 0 to 1.
    mutating func take(
        _ look: Look, memory: JSONValue?, next hint: Timestamp? = nil, at now: Timestamp, share: () -> Double
    ) -> Step {
        record.pokes += 1
        record.memory = memory
        switch look {
        case .found:
            (record.failures, record.next, lastFailure) = (0, nil, nil)
            return .found
        case .nothing: (record.failures, lastFailure) = (0, nil)
        case .failed(let error):
            record.failures += 1
            lastFailure = error
            guard !isFatal(error) else {
                return .failed(SensorFailed(waitsFor: record.waitsFor, failures: record.failures, error: error))
            }
        }
        guard now < deadline else {
            return .timedOut(
                SensorTimedOut(
                    waitsFor: record.waitsFor, limit: rules.timeout, pokes: record.pokes,
                    lastFailure: lastFailure.map { ReportedText.message(of: $0) }))
        }
        let wanted = hint.map { max($0, now + PokeInterval.shortest) }
        let next = min(wanted ?? now + rules.interval.wait(after: record.pokes, share: share), deadline)
        record.next = next
        return step(until: next, at: now)
    }

    private func step(until next: Timestamp, at now: Timestamp) -> Step {
        let mayLeave = rules.mode.leavesFrom.map { next - now >= $0 } ?? false
        return .wait(until: next, mayLeave: mayLeave)
    }

    private func isFatal(_ error: any Error) -> Bool {
        if error is SensorGivesUp { return true }
        return switch rules.failures {
        case .fatal: true
        case .tolerated(let most): record.failures > max(0, most)
        }
    }

    // MARK: - What people are told

    /// The state's message while it waits.
    func message(at now: Timestamp) -> String {
        let next = record.next.map { $0 > now ? ", looks again at \($0.toSecond)" : "" } ?? ""
        let failure = lastFailure.map { "; the last look failed: \(ReportedText.message(of: $0))" } ?? ""
        let times = record.pokes == 1 ? "once" : "\(record.pokes) times"
        return "waits for \(record.waitsFor): looked \(times)\(next)\(failure)"
    }

    /// The line that the log has now and then while it waits; nil where it had one not long ago.
    ///
    /// The first look has one, and then ever fewer: a wait of a day has some thirty, however often it looks.
    mutating func line(at now: Timestamp) -> (level: StreamRecord.Level, text: String)? {
        if let told = record.told {
            let pause = min(max((now - record.since) / 3, .seconds(60)), .seconds(3600))
            let isFirstFailure = record.failures == 1 && now - told >= .seconds(60)
            guard now - told >= pause || isFirstFailure else { return nil }
        }
        let isFirst = record.told == nil
        record.told = now
        let level: StreamRecord.Level = lastFailure == nil ? .info : .warning
        guard isFirst else { return (level, "Still \(message(at: now)), for \((now - record.since).brief)") }
        return (level, "W\(message(at: now).dropFirst()); gives up after \(rules.timeout.brief)")
    }
}

extension Timestamp {
    /// `2020-07-01T00:15:13Z`.
    var toSecond: String { description.prefix(19) + "Z" }
}
