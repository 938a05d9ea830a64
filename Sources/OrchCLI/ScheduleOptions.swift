import ArgumentParser
import OrchModel

/// When a schedule fires, on the command line.
struct ScheduleRuleOptions: ParsableArguments {
    @Option(help: "Five fields, or a name such as @monthly: '0 7 2 * *'.") var cron: String?
    @Flag(
        name: .customLong("both-days"),
        help: "With --cron: both the day of the month and the day of the week have to fit.")
    var bothDays = false
    @Option(help: "From slot to slot: seconds, 30s, 10m, 1d or ISO 8601 (PT1H30M).") var interval: String?
    @Option(
        name: [.customLong("anchor"), .customLong("anchor-date")],
        help: "With --interval: a time from which intervals are counted. Defaults to 2020-01-01 in the zone.")
    var anchor: String?
    @Option(help: "A recurrence rule of RFC 5545: 'FREQ=MONTHLY;BYDAY=1MO'.") var rrule: String?
    @Option(
        name: [.customLong("timezone"), .customLong("tz")], help: "The zone whose clocks it follows: Europe/Berlin.")
    var timezone = "UTC"
    @Option(help: "No slot before it: 2026-01-01 or 2026-01-01T07:00, by the zone's clocks.") var starts: String?
    @Option(help: "No slot from it on.") var ends: String?
    @Option(help: "The longest that a run is due after its slot; each slot has its own share. Seconds, 30s, 10m.")
    var jitter: String?

    /// The rule.
    ///
    /// - Parameter cron: one that was given in another way.
    func rule(cron given: String? = nil) throws -> ScheduleRule {
        let texts = [given, cron, interval, rrule].compactMap(\.self)
        guard texts.count == 1 else {
            throw ValidationError(
                "expected one of --cron, --interval and --rrule, got \(texts.isEmpty ? "none" : "several")")
        }
        if let text = given ?? cron { return .cron(text, dayOr: !bothDays) }
        if let rrule { return .rrule(rrule) }
        return .interval(
            seconds: try Self.seconds(interval ?? "", "--interval"), anchor: try Self.moment(anchor, "--anchor"))
    }

    /// A schedule of this rule with all other things as they are by default.
    func spec(cron given: String? = nil) throws -> ScheduleSpec {
        ScheduleSpec(
            rule: try rule(cron: given), timezone: timezone, starts: try Self.moment(starts, "--starts"),
            ends: try Self.moment(ends, "--ends"), jitterSeconds: try jitter.map { try Self.seconds($0, "--jitter") })
    }

    /// Whole seconds of a length of time.
    static func seconds(_ text: String, _ option: String) throws -> Int {
        guard let span = TimeSpan(text) ?? TimeSpan(text + "s"), span.microseconds % 1_000_000 == 0 else {
            throw ValidationError(
                "\(option): expected a length of time such as 90s, 10m, 1h30m, 2d or PT1H30M, got \"\(text)\"")
        }
        return Int(span.microseconds / 1_000_000)
    }

    private static func moment(_ text: String?, _ option: String) throws -> ScheduleMoment? {
        guard let text else { return nil }
        guard let moment = ScheduleMoment(text) else {
            throw ValidationError(
                "\(option): expected a time such as 2026-01-01, 2026-01-01T07:00 (by the zone's clocks) or 2026-01-01T07:00:00Z"
            )
        }
        return moment
    }
}

/// What becomes of slots that cannot be kept, on the command line.
struct SchedulePolicyOptions: ParsableArguments {
    @Option(
        help: "Slots that passed while nothing could start them: all, latest or none. Defaults to latest.",
        transform: Self.word)
    var missed: MissedPolicy = .latest
    @Option(name: .customLong("catchup-window"), help: "Slots that passed longer ago get no run. Defaults to 365d.")
    var catchupWindow: String?
    @Flag(help: "With --starts: the slots from then until now get runs, too.") var catchup = false
    @Option(
        help: """
            While the run before has not ended: skip, buffer-one, buffer-all, cancel-other, terminate-other or allow. \
            Defaults to skip.
            """,
        transform: Self.word)
    var overlap: OverlapPolicy = .skip
    @Option(name: .customLong("max-queued"), help: "With buffer-all: how many runs may wait.") var maxQueued: Int?
    @Option(
        name: .customLong("pause-after-failures"), help: "It pauses itself after so many runs in a row that failed.")
    var pauseAfterFailures: Int?

    /// Adds what was said to a schedule.
    func apply(to spec: inout ScheduleSpec) throws {
        (spec.missed, spec.catchup, spec.overlap) = (missed, catchup, overlap)
        (spec.maxQueued, spec.pauseAfterFailures) = (maxQueued, pauseAfterFailures)
        spec.catchupWindowSeconds = try catchupWindow.map { try ScheduleRuleOptions.seconds($0, "--catchup-window") }
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable>(_ text: String) throws -> Word {
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue)
        let hint = NearestName.nearest(to: text, in: words, limit: 1).first.map { "; did you mean \($0)?" } ?? ""
        throw ValidationError("expected one of \(words.joined(separator: ", ")), got \"\(text)\"\(hint)")
    }
}
