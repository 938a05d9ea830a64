import OrchModel

/// A backfill on a terminal.
enum BackfillSummary {
    private static let barWidth = 24
    /// Intervals that a list shows at most.
    private static let mostRows = 400

    /// `[######------] 6 of 12: 6 Completed, 3 Running, 3 AwaitingConcurrencySlot`.
    static func line(_ backfill: Backfill) -> String {
        let ended = max(0, backfill.total - backfill.open)
        let filled = backfill.total > 0 ? barWidth * ended / backfill.total : barWidth
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: barWidth - filled)
        let states = backfill.states.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return "\(backfill.id.short) \(backfill.status.rawValue) [\(bar)] \(ended) of \(backfill.total): \(states)"
    }

    /// The line, and below it what else the answer to a wish says.
    static func answer(_ backfill: Backfill) -> String {
        ([line(backfill)] + (backfill.notes ?? [])).map { $0 + "\n" }.joined()
    }

    /// The facts, the grid, then a table of intervals.
    static func text(_ reply: BackfillReply) -> String {
        guard let backfill = reply.backfill else { return "" }
        return Table.facts([
            ("Backfill", "\(backfill.id)"),
            ("Deployment", backfill.fullName),
            ("Span", "[\(backfill.request.from), \(backfill.request.to)) by the clocks of \(backfill.timezone)"),
            ("Status", line(backfill)),
            ("At once", "\(backfill.limit)"),
            ("Created", "\(backfill.createdAt.brief) by \(backfill.createdBy)"),
            (
                "Metrics",
                backfill.metrics.isEmpty
                    ? nil
                    : backfill.metrics.sorted { $0.key < $1.key }.map { "\($0.key) \(number($0.value))" }
                        .joined(separator: ", ")
            ),
        ]) + "\n" + grid(reply.intervals) + "\n" + table(reply)
    }

    private static func number(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    /// What a backfill would do, or why there is nothing to do.
    static func plan(_ reply: BackfillReply, _ deployment: String, isDry: Bool) -> String {
        let intervals = reply.intervals
        let runs = intervals.count(where: \.isRun)
        return table(reply)
            + "\(intervals.count) interval\(intervals.count == 1 ? "" : "s") of \(deployment), \(runs) to run"
            + (isDry ? ". Nothing was done: it was a dry run.\n" : ": nothing to do.\n")
    }

    /// What a backfill would come to whose key has made one before.
    static func known(_ backfill: Backfill) -> String {
        "The key has made backfill \(backfill.id.short) before: no other would be made. It was a dry run.\n"
    }

    /// One sign for each interval: `.` waits, `>` is live, `#` has completed, `x` has failed, `!` crashed, `-` was cancelled.
    static func grid(_ intervals: [BackfillInterval]) -> String {
        let signs = intervals.map { interval -> Character in
            switch interval.run?.state.type {
            case .completed: "#"
            case .failed: "x"
            case .crashed: "!"
            case .cancelled: "-"
            case .pending, .running, .paused, .cancelling: ">"
            case .scheduled, nil: "."
            }
        }
        var lines: [String] = []
        for start in stride(from: 0, to: signs.count, by: 60) {
            let label = intervals[start].local.prefix(10)
            lines.append("\(label)  \(String(signs[start..<min(start + 60, signs.count)]))")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Intervals by the clocks of their zone, where that is another than UTC, and in UTC.
    private static func table(_ reply: BackfillReply) -> String {
        let rest = reply.intervals.count - mostRows
        let zone = reply.timezone.flatMap { $0 == "UTC" ? nil : $0.uppercased() }
        return Table(
            header: (zone.map { ["START (\($0))"] } ?? []) + ["START (UTC)", "END (UTC)", "RUN", "STATE", "WHY"],
            rows: reply.intervals.prefix(mostRows).map { interval -> [String] in
                let local = zone == nil ? [] : [interval.local]
                return local + [
                    interval.dataInterval.start.brief, interval.dataInterval.end.brief,
                    interval.reason == nil ? interval.run?.name ?? "-" : interval.isRun ? "yes" : "no",
                    interval.run?.state.name ?? "-", interval.reason ?? interval.run?.state.message ?? "",
                ]
            }, empty: ""
        ).text + (rest > 0 ? "and \(rest) more; -o json shows all\n" : "")
    }
}
