import OrchInfrastructure
import OrchModel

/// What becomes of a report that the controller did not take. Decides, does nothing.
enum ReportRefusal {
    /// What to do next.
    enum Remedy: Sendable {
        /// Send it again as it is, after a pause.
        case tryAgain
        /// Send these instead, in order.
        case sendInstead([AttemptReport])
        /// The attempt is no longer this agent's: send nothing more.
        case fenced
        /// The surrounding task was cancelled.
        case giveUp
    }

    /// The shortest message that is still cut when a report is too large.
    static let shortestCut = 4096

    /// Finds the remedy for a fault.
    static func remedy(
        for fault: ControllerFault, of report: AttemptReport, attempt: Int, at now: Timestamp
    ) -> Remedy {
        switch fault {
        case .unreachable, .nameHeld, .unknownQueue: .tryAgain
        case .cancelled: .giveUp
        case .stale, .unknown: .fenced
        case .conflict: withoutState(report)
        case .tooLarge: smaller(report, attempt: attempt, at: now)
        case .refused(let status, let reason):
            // Credentials can be mended while the agent runs; what the controller cannot read never becomes readable.
            status == 400 || status == 422
                ? withoutWhatIsRefused(report, attempt: attempt, reason: reason, at: now) : .tryAgain
        }
    }

    /// The lines are kept; the controller knows the run's state better.
    private static func withoutState(_ report: AttemptReport) -> Remedy {
        guard report.state != nil else { return .tryAgain }
        var rest = report
        rest.state = nil
        return rest.isEmpty ? .sendInstead([]) : .sendInstead([rest])
    }

    private static func smaller(_ report: AttemptReport, attempt: Int, at now: Timestamp) -> Remedy {
        if report.childRuns.count > 1 {
            // Ahead of the lines and tasks that are theirs.
            let half = report.childRuns.count / 2
            var rest = report
            rest.childRuns.removeSubrange(..<half)
            return .sendInstead([
                AttemptReport(token: report.token, childRuns: Array(report.childRuns[..<half])), rest,
            ])
        }
        if report.records.count > 1 || report.assets.count > 1 || report.artifacts.count > 1
            || report.taskRuns.count > 1
        {
            var first = report
            var second = report
            let middle = report.records.count / 2
            first.records.removeSubrange(middle...)
            second.records.removeSubrange(..<middle)
            let middleAsset = report.assets.count / 2
            first.assets.removeSubrange(middleAsset...)
            second.assets.removeSubrange(..<middleAsset)
            let middleArtifact = report.artifacts.count / 2
            first.artifacts.removeSubrange(middleArtifact...)
            second.artifacts.removeSubrange(..<middleArtifact)
            first.termination = nil
            first.result = nil
            if first.state?.endsAttempt == true {
                first.state = nil
                first.resumption = nil
            }
            let middleTask = report.taskRuns.count / 2
            first.taskRuns.removeSubrange(middleTask...)
            second.taskRuns.removeSubrange(..<middleTask)
            second.childRuns = []
            return .sendInstead([first, second])
        }
        if let result = report.result {
            // Nothing but the result is left that could be so large, and the run's end waits behind it.
            var rest = report
            rest.result = nil
            rest.remark(
                .error,
                "the result is not kept: its \(result.jsonText.utf8.count) bytes of JSON are more than the controller takes",
                attempt: attempt, at: now)
            return .sendInstead([rest])
        }
        guard var record = report.records.first, record.message.utf8.count > shortestCut else {
            let reason = "a record of more than the controller takes"
            return report.assets.isEmpty && report.artifacts.isEmpty && report.childRuns.isEmpty
                ? .tryAgain : withoutWhatIsRefused(report, attempt: attempt, reason: reason, at: now)
        }
        let bytes = record.message.utf8.count
        let kept = bytes / 2
        record.message =
            String(decoding: record.message.utf8.prefix(kept), as: UTF8.self)
            + "… (\(bytes - kept) of \(bytes) bytes cut, the controller takes no more)"
        var shorter = report
        shorter.records = [record]
        return .sendInstead([shorter])
    }

    /// The end of a run is not lost because an asset is refused, a line, a task or a child run: a remark takes its place.
    private static func withoutWhatIsRefused(
        _ report: AttemptReport, attempt: Int, reason: String, at now: Timestamp
    ) -> Remedy {
        var rest = report
        let refused: String
        if !report.assets.isEmpty {
            // Each is a line of the log as well, so little is lost.
            refused = report.assets.map { "the asset \($0.record.uri)" }.joined(separator: ", ")
            rest.assets = []
        } else if !report.artifacts.isEmpty {
            refused = report.artifacts.map { "the artifact \($0.key)" }.joined(separator: ", ")
            rest.artifacts = []
        } else if report.records.contains(where: { $0.logger != remarkLogger }) {
            refused = "\(report.records.count) lines"
            rest.records = []
        } else if !report.taskRuns.isEmpty || !report.childRuns.isEmpty {
            refused = "\(report.taskRuns.count) tasks and \(report.childRuns.count) child runs"
            rest.taskRuns = []
            rest.childRuns = []
        } else if !report.metrics.isEmpty || report.result != nil {
            refused = "\(report.metrics.count) metrics" + (report.result == nil ? "" : " and the result")
            rest.metrics = [:]
            rest.result = nil
        } else {
            // What follows must not wait for ever. A state alone is tried until it is taken, as nothing else ends the run.
            return report.state == nil ? .sendInstead([]) : .tryAgain
        }
        rest.remark(.error, "the controller refused \(refused): \(reason)", attempt: attempt, at: now)
        rest.records[rest.records.count - 1].logger = remarkLogger
        return .sendInstead([rest])
    }

    private static let remarkLogger = "orch.refused"
}
