package import OrchModel

extension AttemptReport {
    /// Whether it tells nothing.
    package var isEmpty: Bool {
        records.isEmpty && taskRuns.isEmpty && childRuns.isEmpty && metrics.isEmpty && assets.isEmpty
            && artifacts.isEmpty
            && result == nil
            && container == nil && startedAt == nil && termination == nil && state == nil
            && pausedSeconds == nil && settled == nil && begun == nil && resumption == nil
    }

    /// Adds what was seen later: lists grow, single values are replaced.
    package mutating func append(_ later: AttemptReport) {
        records += later.records
        taskRuns += later.taskRuns
        childRuns += later.childRuns
        metrics.merge(later.metrics) { $1 }
        assets += later.assets
        artifacts += later.artifacts
        result = later.result ?? result
        container = later.container ?? container
        startedAt = later.startedAt ?? startedAt
        termination = later.termination ?? termination
        state = later.state ?? state
        pausedSeconds = later.pausedSeconds ?? pausedSeconds
        settled = later.settled ?? settled
        begun = later.begun ?? begun
        resumption = later.resumption ?? resumption
    }

    /// Adds a remark of orch's own.
    ///
    /// Its number is its time, which lies far above those of the holes in a run stream: a remark made once is kept
    /// once, and two agents never give two remarks the same number by starting to count anew.
    package mutating func remark(_ level: LogRecord.Level, _ message: String, attempt: Int, at time: Timestamp) {
        let last = records.last { $0.source == .orch }?.sequence ?? 0
        records.append(
            LogRecord(
                attempt: attempt, source: .orch, sequence: max(time.microseconds, last + 1), at: time, level: level,
                message: message, logger: "orch"))
    }
}
