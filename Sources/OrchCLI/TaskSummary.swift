import OrchModel

/// The tasks of a run on one screen: each of few; of many, how many are in which state, and those that failed.
struct TaskSummary {
    /// More tasks than these are summed up, and no more failed ones are shown then.
    static let mostRows = 20
    /// The most characters of a state's message that a row has.
    private static let longestMessage = 300

    var tasks: [TaskRun]
    /// Whether each is shown, however many there are.
    var showsAll: Bool

    /// The section of a run's summary; empty where there are no tasks.
    var text: String {
        guard !tasks.isEmpty else { return "" }
        guard tasks.count > Self.mostRows, !showsAll else { return "\nTasks:\n" + Self.table(tasks) }
        let failed = tasks.filter(Self.failedByItself)
        let shown = failed.prefix(Self.mostRows)
        let more = failed.count - shown.count
        return "\nTasks: \(tasks.count) (\(counts)); all of them: --tasks\n" + (shown.isEmpty ? "" : Self.table(shown))
            + (more > 0 ? "and \(more) more that failed\n" : "")
    }

    /// `9 Failed, 9991 Completed`: the states by their names, those that failed first, then the most frequent ones.
    private var counts: String {
        var counts: [String: Int] = [:]
        var failed: Set<String> = []
        for task in tasks {
            counts[task.state.name, default: 0] += 1
            if task.state.type == .failed || task.state.type == .crashed { failed.insert(task.state.name) }
        }
        let sorted = counts.sorted {
            (failed.contains($0.key) ? 0 : 1, -$0.value, $0.key) < (failed.contains($1.key) ? 0 : 1, -$1.value, $1.key)
        }
        return sorted.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    /// Whether it went wrong, and not merely because another task did.
    private static func failedByItself(_ task: TaskRun) -> Bool {
        (task.state.type == .failed || task.state.type == .crashed) && task.state.name != RunState.upstreamFailedName
    }

    private static func table(_ tasks: some Collection<TaskRun>) -> String {
        Table(
            header: ["TASK", "STATE", "TRY", "TOOK", "WHY"],
            rows: tasks.map { task in
                let took = task.startedAt.flatMap { start in task.endedAt.map { ($0 - start).brief } } ?? "-"
                let percent = task.state.type.isTerminal ? nil : task.details?.progress?.percent
                let state = task.state.name + (percent.map { " \($0)%" } ?? "")
                return [task.name, state, "\(task.attempt)", took, line(task.state.message)]
            }, empty: ""
        ).text
    }

    /// A message as the end of a row: on one line, and no longer than a person reads there.
    private static func line(_ message: String) -> String {
        let start = message.prefix(longestMessage)
        return TerminalText.harmless(String(start)) + (start.endIndex == message.endIndex ? "" : " …")
    }
}
