import OrchModel

/// One line that shows how far the tasks at work are: `load   [######------------------] 25%  3 of 12`.
enum ProgressLine {
    private static let barWidth = 24
    private static let longest = 79

    /// The line, at most 79 characters; nil where no task tells how far it is.
    static func text(of tasks: [TaskRun]) -> String? {
        let telling = tasks.filter { $0.details?.progress != nil }
        guard let task = telling.first, let progress = task.details?.progress else { return nil }
        let more = telling.count > 1 ? "  (+\(telling.count - 1) more)" : ""
        let figures: String
        if let total = progress.total, let percent = progress.percent {
            let filled = barWidth * percent / 100
            let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: barWidth - filled)
            figures = " [\(bar)] \(percent)%  \(progress.done) of \(total)" + more
        } else {
            figures = "  \(progress.done) done" + more
        }
        let name = TerminalText.harmless(task.name)
        let room = max(1, longest - figures.count)
        return (name.count > room ? name.prefix(room - 1) + "…" : name) + figures
    }
}
