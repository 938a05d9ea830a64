import OrchModel
import OrchStore

/// What this process has counted since it was started.
final class ControllerMetrics: Sendable {
    private let startedAt: Timestamp
    private let claimed = MetricCounter(MetricCatalog.runsClaimed)
    private let lateness = MetricHistogram(MetricCatalog.lateness)
    private let claimDuration = MetricHistogram(MetricCatalog.claimDuration)
    private let launchDuration = MetricHistogram(MetricCatalog.launchDuration)
    private let logLag = MetricHistogram(MetricCatalog.logLag)
    private let reports = MetricCounter(MetricCatalog.reports)
    private let logRecords = MetricCounter(MetricCatalog.logRecords)
    private let logBytes = MetricCounter(MetricCatalog.logBytes)
    private let runsEnded = MetricCounter(MetricCatalog.runsEnded)
    private let attemptsRetried = MetricCounter(MetricCatalog.attemptsRetried)
    private let scheduleSlots = MetricCounter(MetricCatalog.scheduleSlots)
    private let schedulesPaused = MetricCounter(MetricCatalog.schedulesPaused)
    private let runsLate = MetricCounter(MetricCatalog.runsLate)
    private let runsOverdue = MetricCounter(MetricCatalog.runsOverdue)
    private let runsSlow = MetricCounter(MetricCatalog.runsSlow)
    private let retiredRuns = MetricCounter(MetricCatalog.retiredRuns)
    private let retiredLogs = MetricCounter(MetricCatalog.retiredLogs)
    private let retiredBytes = MetricCounter(MetricCatalog.retiredBytes)
    private let retentionStep = MetricHistogram(MetricCatalog.retentionStep)
    private let requests = MetricCounter(MetricCatalog.requests)
    private let requestDuration = MetricHistogram(MetricCatalog.requestDuration)

    init(startedAt: Timestamp) {
        self.startedAt = startedAt
        // A rate can be told of what is there from the start.
        for type in StateType.allCases where type.isTerminal { runsEnded.add(0, labels: [type.rawValue]) }
        retired(RetentionRemovals())
        for outcome in ["run", "made-up", "skipped"] { scheduleSlots.add(0, labels: [outcome]) }
        for outcome in ["applied", "refused", "stale", "unknown"] { reports.add(0, labels: [outcome]) }
    }

    /// An agent's poll claimed these runs.
    func claimed(_ claims: [Claim], took duration: Duration, at: Timestamp) {
        claimDuration.observe(duration)
        claimed.add(claims.count)
        for claim in claims { lateness.observe(at - claim.run.scheduledFor) }
    }

    /// A report came in.
    func reported(_ report: AttemptReport, _ outcome: ReportOutcome, at: Timestamp) {
        switch outcome {
        case .unknown: reports.add(labels: ["unknown"])
        case .stale: reports.add(labels: ["stale"])
        case .refused:
            reports.add(labels: ["refused"])
            kept(report, at: at)
        case .applied(let run, let effect):
            reports.add(labels: ["applied"])
            kept(report, at: at)
            if let launch = effect.launch { launchDuration.observe(launch) }
            if effect.isRetried { attemptsRetried.add() }
            if effect.hasEnded { ended(run) }
        }
    }

    /// A run ended; each is told once.
    func ended(_ run: FlowRun) { runsEnded.add(labels: [run.state.type.rawValue]) }

    /// A schedule was moved on.
    func movedOn(_ step: ScheduleStep) {
        for slot in step.slots {
            let outcome =
                switch slot.record.outcome {
                case .run: slot.record.reason == nil ? "run" : "made-up"
                case .skipped: "skipped"
                }
            scheduleSlots.add(slot.record.count, labels: [outcome])
        }
        if step.pauseReason != nil { schedulesPaused.add() }
    }

    /// No agent has taken a run in time.
    func late() { runsLate.add() }

    /// A run was ended by its deadline.
    func overdue() { runsOverdue.add() }

    /// A run takes longer than was expected.
    func slow() { runsSlow.add() }

    /// A step of retention removed this.
    func retired(_ removed: RetentionRemovals, took duration: Duration) {
        retired(removed)
        retentionStep.observe(duration)
    }

    private func retired(_ removed: RetentionRemovals) {
        retiredRuns.add(removed.runsByAge, labels: ["age"])
        retiredRuns.add(removed.runsByCount, labels: ["count"])
        retiredLogs.add(removed.logsByAge, labels: ["age"])
        retiredLogs.add(removed.logsBySize, labels: ["size"])
        retiredBytes.add(Int(clamping: removed.logBytes))
    }

    /// A request was answered.
    ///
    /// - Parameters:
    ///   - method: one of HTTP's own, or `other`.
    ///   - route: the route's pattern, or `none`; never a path.
    func answered(_ method: String, route: String, status: Int, took duration: Duration) {
        let labels = [method, route, "\(status / 100)xx"]
        requests.add(labels: labels)
        requestDuration.observe(duration, labels: labels)
    }

    private func kept(_ report: AttemptReport, at: Timestamp) {
        let (segments, records) = (report.segments.map(\.head), report.records)
        guard let last = records.last?.at ?? segments.last?.latest else { return }
        logRecords.add(segments.reduce(records.count) { $0 + $1.lines })
        logBytes.add(
            segments.reduce(records.reduce(0) { $0 + $1.message.utf8.count }) { $0 + $1.bytes })
        logLag.observe(at - last)
    }

    /// All of it, now.
    var families: [MetricFamily] {
        [
            MetricFamily(MetricCatalog.buildInfo, 1, labels: [OrchVersion.current]),
            MetricFamily(MetricCatalog.startTime, Double(startedAt.microseconds) / 1_000_000),
            MetricFamily(
                MetricCatalog.residentBytes,
                ProcessMemory.residentBytes().map { [MetricFamily.Sample(value: Double($0))] } ?? []),
            claimed.family, lateness.family, claimDuration.family, launchDuration.family, logLag.family,
            reports.family, logRecords.family, logBytes.family, runsEnded.family, attemptsRetried.family,
            scheduleSlots.family, schedulesPaused.family, runsLate.family, runsOverdue.family, runsSlow.family,
            retiredRuns.family, retiredLogs.family, retiredBytes.family, retentionStep.family, requests.family,
            requestDuration.family,
        ]
    }
}
