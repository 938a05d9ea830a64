import OrchInfrastructure
import OrchModel

/// What waits to be reported of one attempt, and how it is cut into reports. Does no I/O.
struct ReportQueue: Sendable {
    private let limits: ReportLimits
    private let token: String
    private var waiting: AttemptReport
    private var bytes = 0

    init(token: String, limits: ReportLimits) {
        self.token = token
        self.limits = limits
        waiting = AttemptReport(token: token)
    }

    var isEmpty: Bool { waiting.isEmpty }

    /// Whether more is held than should be.
    var isFull: Bool { count >= limits.recordsWaiting || bytes >= limits.bytesWaiting }

    /// Whether what waits should be sent without delay: it tells a state, or is half a report or more.
    var isUrgent: Bool {
        waiting.state != nil || waiting.termination != nil || count >= limits.recordsPerReport / 2
            || bytes >= limits.bytesPerReport / 2
    }

    /// Lines, states of tasks and of child runs alike.
    private var count: Int { waiting.records.count + waiting.taskRuns.count + waiting.childRuns.count }

    /// Adds a part behind what waits.
    mutating func add(_ part: AttemptReport) {
        bytes += Self.size(of: part.records[...]) + Self.size(of: part.childRuns)
        waiting.append(part)
    }

    /// Takes the next report, or nil where nothing waits.
    ///
    /// What ends a run comes with the last of its lines and tasks, never before: the controller then has all of it at the
    /// end. Of a task the newest state alone is told. Child runs come before the lines and tasks that are theirs.
    mutating func next() -> AttemptReport? {
        guard !waiting.isEmpty else { return nil }
        if let children = nextChildren() { return children }
        var report = waiting
        waiting = AttemptReport(token: token)
        report.taskRuns = TaskRun.newest(of: report.taskRuns)
        let cut = end(of: report.records)
        let taskCut = min(report.taskRuns.count, limits.recordsPerReport)
        let artifactCut = end(of: report.artifacts)
        if cut < report.records.count || taskCut < report.taskRuns.count || artifactCut < report.artifacts.count {
            waiting.artifacts = Array(report.artifacts[artifactCut...])
            report.artifacts.removeSubrange(artifactCut...)
            waiting.records = Array(report.records[cut...])
            report.records.removeSubrange(cut...)
            waiting.taskRuns = Array(report.taskRuns[taskCut...])
            report.taskRuns.removeSubrange(taskCut...)
            waiting.termination = report.termination
            waiting.result = report.result
            report.termination = nil
            report.result = nil
            if let state = report.state, state.endsAttempt {
                waiting.state = state
                waiting.resumption = report.resumption
                report.state = nil
                report.resumption = nil
            }
        }
        bytes -= Self.size(of: report.records[...]) + Self.size(of: report.childRuns)
        return report
    }

    /// A report of child runs alone, where there are more than go with anything else.
    private mutating func nextChildren() -> AttemptReport? {
        let children = waiting.childRuns
        var (end, size) = (0, 0)
        while end < min(children.count, limits.recordsPerReport) {
            size += Self.size(of: children[end])
            if size > limits.bytesPerReport, end > 0 { break }
            end += 1
        }
        guard end < children.count else { return nil }
        waiting.childRuns.removeSubrange(..<end)
        bytes -= Self.size(of: Array(children[..<end]))
        return AttemptReport(token: token, childRuns: Array(children[..<end]))
    }

    /// How many lines go into the next report: at least one.
    private func end(of records: [LogRecord]) -> Int {
        var size = 0
        let most = min(records.count, limits.recordsPerReport)
        for index in 0..<most {
            size += Self.size(of: records[index])
            if size > limits.bytesPerReport, index > 0 { return index }
        }
        return most
    }

    /// How many artifacts go into the next report: at least one.
    private func end(of artifacts: [ArtifactReport]) -> Int {
        var size = 0
        for (index, artifact) in artifacts.enumerated() {
            size += artifact.data.jsonText.utf8.count
            if size > limits.bytesPerReport, index > 0 { return index }
        }
        return artifacts.count
    }

    private static func size(of records: ArraySlice<LogRecord>) -> Int {
        records.reduce(0) { $0 + size(of: $1) }
    }

    private static func size(of children: [ChildRunReport]) -> Int { children.reduce(0) { $0 + size(of: $1) } }

    private static func size(of child: ChildRunReport) -> Int {
        JSONValue.object(child.parameters).jsonText.utf8.count + child.state.message.utf8.count + 400
    }

    private static func size(of record: LogRecord) -> Int { record.message.utf8.count + 200 }
}
