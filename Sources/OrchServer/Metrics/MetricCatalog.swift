/// Every metric of a controller. docs/metrics.md tells the same at length.
enum MetricCatalog {
    // Of the store, at the time of the scrape.
    static let storeUp = MetricDescription.gauge(
        "orch_store_up", "Whether the store answered this scrape: 1, or 0 and what it knows is missing.")
    static let queueDepth = MetricDescription.gauge(
        "orch_queue_depth", "Runs that are due and that no agent has taken.", labels: ["queue"])
    static let queueBlocked = MetricDescription.gauge(
        "orch_queue_blocked", "Runs that are due and that a limit holds back.", labels: ["queue"])
    static let limitSlots = MetricDescription.gauge(
        "orch_run_limit_slots", "How many runs a limit lets be live at once.", labels: ["limit"])
    static let limitHeld = MetricDescription.gauge(
        "orch_run_limit_held", "Runs that hold a slot of a limit.", labels: ["limit"])
    static let limitWaiting = MetricDescription.gauge(
        "orch_run_limit_waiting", "Runs that wait for a slot of a limit.", labels: ["limit"])
    static let queueScheduled = MetricDescription.gauge(
        "orch_queue_scheduled", "Runs that wait for a time to come, retries among them.", labels: ["queue"])
    static let queueOldestWait = MetricDescription.gauge(
        "orch_queue_oldest_wait_seconds", "For how long the longest-waiting due run has been due; 0 where none is.",
        labels: ["queue"])
    static let queueAgents = MetricDescription.gauge(
        "orch_queue_agents_polling", "Agents that asked for the queue's work within the last minute.",
        labels: ["queue"])
    static let runsLive = MetricDescription.gauge(
        "orch_runs_live", "Runs that a container may exist for, by state.", labels: ["state"])
    static let runsUnobserved = MetricDescription.gauge(
        "orch_runs_unobserved", "Live runs whose agent has not been heard from since their lease ran out.")
    static let agentsPolling = MetricDescription.gauge(
        "orch_agents_polling", "Agents that asked for work within the last minute.")
    static let agentRuns = MetricDescription.gauge(
        "orch_agent_runs_held", "Runs that an agent holds: its slots in use.", labels: ["agent"])
    static let databaseBytes = MetricDescription.gauge("orch_database_size_bytes", "What the database takes up.")

    // Of this process.
    static let buildInfo = MetricDescription.gauge("orch_build_info", "Always 1.", labels: ["version"])
    static let startTime = MetricDescription.gauge(
        "orch_process_start_time_seconds", "When the controller was started, in seconds since 1970 UTC.")
    static let residentBytes = MetricDescription.gauge(
        "orch_process_resident_memory_bytes", "Memory of the process that is in RAM.")

    // Counted since the process was started.
    static let runsClaimed = MetricDescription.counter("orch_runs_claimed_total", "Attempts given to agents.")
    static let lateness = MetricDescription.histogram(
        "orch_run_lateness_seconds", "From when a run was due to its claim by an agent.", bounds: waits)
    static let claimDuration = MetricDescription.histogram(
        "orch_claim_duration_seconds", "How long the transaction takes in which an agent's poll claims runs.",
        bounds: transactions)
    static let launchDuration = MetricDescription.histogram(
        "orch_launch_duration_seconds", "From the claim of an attempt to the start of its container.", bounds: waits)
    static let logLag = MetricDescription.histogram(
        "orch_log_lag_seconds", "From the time of a report's last log record to its arrival.", bounds: waits)
    static let reports = MetricDescription.counter(
        "orch_reports_total", "Agents' reports of attempts, by what became of them.", labels: ["outcome"])
    static let logRecords = MetricDescription.counter("orch_log_records_total", "Log records in applied reports.")
    static let logBytes = MetricDescription.counter(
        "orch_log_bytes_total", "Bytes (UTF-8) of the messages in applied reports.")
    static let runsEnded = MetricDescription.counter(
        "orch_runs_ended_total", "Runs with a container of their own that have ended, by state.", labels: ["state"])
    static let attemptsRetried = MetricDescription.counter(
        "orch_attempts_retried_total", "Attempts that ended and that another one follows.")
    static let scheduleSlots = MetricDescription.counter(
        "orch_schedule_slots_total", "Slots of schedules, by what became of them.", labels: ["outcome"])
    static let schedulesPaused = MetricDescription.counter(
        "orch_schedules_paused_total", "Schedules that paused themselves after failures.")
    static let runsLate = MetricDescription.counter(
        "orch_runs_late_total", "Runs that no agent had taken for as long as their policies say.")
    static let runsOverdue = MetricDescription.counter(
        "orch_runs_overdue_total", "Runs that were ended as they passed their deadlines.")
    static let runsSlow = MetricDescription.counter(
        "orch_runs_slow_total", "Runs that took longer than was expected of them.")
    static let retiredRuns = MetricDescription.counter(
        "orch_retention_runs_removed_total", "Runs that retention has removed.", labels: ["reason"])
    static let retiredLogs = MetricDescription.counter(
        "orch_retention_logs_removed_total", "Runs whose logs alone retention has removed.", labels: ["reason"])
    static let retiredBytes = MetricDescription.counter(
        "orch_retention_bytes_removed_total", "Bytes of logs that retention has removed.")
    static let retentionStep = MetricDescription.histogram(
        "orch_retention_step_duration_seconds", "How long a transaction takes in which retention removes something.",
        bounds: transactions)
    static let requests = MetricDescription.counter(
        "orch_http_requests_total", "Answered requests.", labels: ["method", "route", "status"])
    static let requestDuration = MetricDescription.histogram(
        "orch_http_request_duration_seconds", "From a request's head to the head of its answer.",
        labels: ["method", "route", "status"], bounds: answers)

    static let all = [
        storeUp, queueDepth, queueBlocked, limitSlots, limitHeld, limitWaiting, queueScheduled, queueOldestWait,
        queueAgents, runsLive, runsUnobserved, agentsPolling,
        agentRuns, databaseBytes, buildInfo, startTime, residentBytes, runsClaimed, lateness, claimDuration,
        launchDuration, logLag, reports, logRecords, logBytes, runsEnded, attemptsRetried, scheduleSlots,
        schedulesPaused, runsLate, runsOverdue, runsSlow, retiredRuns, retiredLogs, retiredBytes, retentionStep,
        requests, requestDuration,
    ]

    /// From a poll that waits already to a queue that is hours behind.
    private static let waits = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600]
    private static let transactions = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
    /// Polls are held back for up to a minute.
    private static let answers = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30, 60]
}
