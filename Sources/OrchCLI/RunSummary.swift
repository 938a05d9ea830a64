import OrchModel

/// A run on one screen.
struct RunSummary {
    var run: FlowRun
    var states: [RunState]
    var attempts: [RunAttempt]
    var tasks: TaskSummary
    var children: [FlowRun]

    /// The facts, the states, then attempts where there were several, tasks and child runs where there are any.
    var text: String {
        facts + "\nStates:\n"
            + Table(
                header: ["AT", "STATE", "BY", "WHY"],
                rows: states.map { [$0.at.brief, $0.name, $0.actor, $0.message] }, empty: "none"
            ).text + attemptText + tasks.text + childText
    }

    private var facts: String { Table.facts(standing + origin + given + course) }

    /// What it is, how it stands, and what is wished of it.
    private var standing: [(String, String?)] {
        [
            ("Run", "\(run.name) (\(run.id))"),
            ("Flow", run.flowName),
            (
                "Deployment",
                run.deploymentName.map { name in name + (run.deploymentVersion.map { " version \($0)" } ?? "") }
            ),
            ("State", "\(run.state.name) (\(run.state.type.rawValue)): \(run.state.message)"),
            (
                "Asked",
                run.request.map {
                    "\($0.by) asked to \($0.action.rawValue) it at \($0.at.brief); its agent is to do so"
                }
            ),
            ("Paused before", run.pausedSeconds.flatMap { $0 > 0 ? Duration.seconds($0).brief : nil }),
            ("Waits for", waits),
            ("Looked before", looks),
            ("Log", run.logsRemovedAt.map { "removed on \($0.brief) by retention" }),
            ("Parent", run.parentRunID.map { "\($0)\(run.ties?.isDetached == true ? " (detached)" : "")" }),
            (
                "Retried",
                run.retry.map { retry in
                    "\(retry.by) asked at \(retry.at.brief) for another attempt after attempt \(retry.after)"
                }
            ),
            ("Note", run.notes.map(TerminalText.harmless)),
            ("Tags", run.tags.isEmpty ? nil : run.tags.joined(separator: ", ")),
        ]
    }

    /// What made it.
    private var origin: [(String, String?)] {
        [
            (
                "Schedule",
                run.schedule.map { scheduled in
                    "\(scheduled.slug), slot \(scheduled.slot.local)"
                        + (scheduled.slot.fold == 1 ? " (the second of two)" : "")
                }
            ),
            ("Backfill", run.backfillID.map { "\($0)" }),
            ("Idempotency key", key),
        ]
    }

    /// What it was given, and what it asks for.
    private var given: [(String, String?)] {
        [
            ("Parameters", JSONValue.object(run.parameters).jsonText),
            ("Templates", run.templates.map { JSONValue.object($0).jsonText }),
            ("Data interval", run.dataInterval.map { "\($0.start.brief) to \($0.end.brief)" }),
            ("Queue", run.workQueue),
            ("Priority", run.priority.map { "\($0)" }),
            ("Requires", run.requires.map { JSONValue.object($0).jsonText }),
            ("Due", due),
        ]
    }

    /// What became of it.
    private var course: [(String, String?)] {
        [
            ("Attempt", "\(run.attempt)"),
            ("Agent", run.agent),
            ("Image", run.container?.imageDigest.map { "\(run.image) (\($0))" } ?? run.image),
            ("Container", run.container.map { "\($0.name) (\($0.id.prefix(12)))" }),
            ("Source commit", run.container?.sourceCommit),
            ("Exit", run.termination?.summary),
            ("Out of memory", run.termination.flatMap { $0.oom == .no ? nil : $0.oom.rawValue }),
            ("Warning", run.termination?.warning),
            ("Created", run.createdAt.brief),
            ("Started", run.startedAt?.brief),
            ("Ended", run.endedAt?.brief),
            (
                "Metrics",
                run.metrics.isEmpty
                    ? nil
                    : run.metrics.sorted { $0.key < $1.key }
                        .map { name, value in
                            let number = Int64(exactly: value).map(JSONValue.int) ?? .double(value)
                            return "\(TerminalText.harmless(name))=\(number)"
                        }.joined(separator: " ")
            ),
            ("Result", run.result?.jsonText),
        ]
    }

    /// The key that whoever made it gave; keys of schedules and backfills are said by those.
    private var key: String? {
        guard let key = run.idempotencyKey, key.hasPrefix("key/") else { return nil }
        return key.split(separator: "/", maxSplits: 2).last.map { TerminalText.harmless(String($0)) }
    }

    /// When it is due, where that is not when it was made.
    private var due: String? {
        let first = run.firstDue.map { "\($0.brief)" }
        guard run.scheduledFor != run.createdAt || first != nil else { return nil }
        return run.scheduledFor.brief + (first.map { ", first at \($0)" } ?? "")
    }

    private var waits: String? {
        guard !run.state.type.isTerminal, let sensors = run.resumption?.sensors.filter({ $0.next != nil }),
            !sensors.isEmpty
        else { return nil }
        return sensors.map { sensor in
            "\(sensor.waitsFor), since \(sensor.since.brief): looked \(sensor.pokes) times"
                + (sensor.next.map { ", next \($0.brief)" } ?? "")
        }.joined(separator: "; ")
    }

    private var looks: String? {
        guard let reschedules = run.reschedules else { return nil }
        let gone = reschedules - attempts.count { $0.state.awaitsReschedule }
        let rest = gone > 0 ? "; \(gone) of them are not shown any more" : ""
        return "in \(reschedules) attempts that ended to wait without a container\(rest)"
    }

    private var attemptText: String {
        guard attempts.count > 1 else { return "" }
        return "\nAttempts:\n"
            + Table(
                header: ["ATTEMPT", "AGENT", "STATE", "EXIT", "TOOK", "CONTAINER", "WHY"],
                rows: attempts.map { attempt in
                    let took = attempt.startedAt.flatMap { start in attempt.endedAt.map { ($0 - start).brief } }
                    return [
                        "\(attempt.number)", attempt.agent ?? "-", attempt.state.name,
                        attempt.termination?.summary ?? "-", took ?? "-",
                        attempt.container.map { String($0.id.prefix(12)) } ?? "-", attempt.state.message,
                    ]
                }, empty: ""
            ).text
    }

    private var childText: String {
        guard !children.isEmpty else { return "" }
        return "\nChild runs:\n"
            + Table(
                header: ["RUN", "FLOW", "STATE", "PARAMETERS"],
                rows: children.map { [$0.name, $0.flowName, $0.state.name, JSONValue.object($0.parameters).jsonText] },
                empty: ""
            ).text
    }
}
