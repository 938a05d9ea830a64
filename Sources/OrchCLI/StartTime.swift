import ArgumentParser
import Glibc
import OrchModel

/// When a run starts, as people type it.
enum StartTime {
    /// Reads `90`, `90s`, `10m`, `1h30m`, `2d`, `10 minutes`, `1 hour and 30 minutes` or `PT1H30M`; ten years at most.
    static func span(_ text: String) throws -> Duration {
        let span = TimeSpan(text) ?? TimeSpan(text + "s") ?? spelled(text)
        guard let span, span.duration <= .seconds(315_360_000) else {
            throw ValidationError(
                "expected a length of time such as 90s, 10m, 1h30m, 2d, \"10 minutes\" or PT1H30M, got \"\(text)\"")
        }
        return span.duration
    }

    /// Numbers with their units as words, the largest first.
    private static func spelled(_ text: String) -> TimeSpan? {
        let words = text.lowercased().split { $0 == " " || $0 == "," }.filter { $0 != "and" && $0 != "in" }
        guard !words.isEmpty, words.count.isMultiple(of: 2) else { return nil }
        var short = ""
        for index in stride(from: 0, to: words.count, by: 2) {
            let word = words[index + 1]
            guard let unit = units.first(where: { $0.words.contains(String(word)) }) else { return nil }
            short += words[index] + unit.letter
        }
        return TimeSpan(short)
    }

    private static let units: [(letter: String, words: Set<String>)] = [
        ("d", ["d", "day", "days"]), ("h", ["h", "hr", "hrs", "hour", "hours"]),
        ("m", ["m", "min", "mins", "minute", "minutes"]), ("s", ["s", "sec", "secs", "second", "seconds"]),
    ]

    /// Reads an instant in RFC 3339, or a time that the clocks here show: `2026-07-01T07:00`, `2026-07-01` for its midnight.
    static func instant(_ text: String) throws -> Timestamp {
        if let time = Timestamp(text) { return time }
        guard let local = LocalTime(text), let time = instant(of: local) else {
            throw ValidationError(
                "expected a time such as 2026-07-01T07:00:00Z, or by the clocks here 2026-07-01T07:00 or 2026-07-01, got "
                    + "\"\(text)\"")
        }
        return time
    }

    /// When clocks here show a time; of two such instants, or none, the C library chooses.
    private static func instant(of local: LocalTime) -> Timestamp? {
        var (shown, parts) = (time_t(local.seconds), tm())
        guard gmtime_r(&shown, &parts) != nil else { return nil }
        parts.tm_isdst = -1
        let seconds = mktime(&parts)
        // -1 is an error, or the last second of 1969.
        return seconds == -1 ? nil : Timestamp(microseconds: Int64(seconds) * 1_000_000)
    }
}
