import OrchModel

/// Queues on the terminal.
struct WorkQueueTable {
    var queues: [WorkQueueStatus]
    var now: Timestamp

    var text: String {
        Table(
            header: [
                "QUEUE", "HEALTH", "PRIORITY", "LIMIT", "HELD", "DUE", "BLOCKED", "SCHEDULED", "OLDEST", "AGENTS",
                "LAST POLLED",
            ],
            rows: queues.map { queue in
                [
                    queue.name, queue.health?.rawValue ?? "-", "\(queue.priority ?? 0)",
                    queue.limit.map(String.init) ?? "-", "\(queue.held ?? 0)", "\(queue.due ?? queue.waiting)",
                    "\(queue.blocked ?? 0)", "\(queue.scheduled ?? 0)",
                    queue.oldestDue.map { (now - $0).brief } ?? "-",
                    queue.agents.isEmpty
                        ? "none: orch agent start -q \(queue.name)" : queue.agents.joined(separator: ", "),
                    queue.lastPolledAt?.ago(at: now) ?? "never",
                ]
            }, empty: "No queues."
        ).text
    }
}

/// What is known of one queue.
struct WorkQueueFacts {
    var queue: WorkQueueStatus
    var now: Timestamp

    var text: String {
        Table.facts([
            ("Name", queue.name),
            ("Description", queue.description),
            ("Health", health),
            ("Priority", "\(queue.priority ?? 0)"),
            ("Limit", queue.limit.map { "\($0) at once" } ?? "none"),
            ("Held", queue.held.map { "\($0) live" }),
            (
                "Due",
                queue.due.map { due in "\(due)\(queue.oldestDue.map { ", the oldest for \((now - $0).brief)" } ?? "")" }
            ),
            ("Blocked", queue.blocked.map { "\($0) by limits" }),
            ("Scheduled", queue.scheduled.map { "\($0) later" }),
            ("Deployments", queue.deployments.map(String.init)),
            ("Agents", queue.agents.isEmpty ? "none" : queue.agents.joined(separator: ", ")),
            ("Last polled", queue.lastPolledAt?.ago(at: now) ?? "never"),
            ("Created", created),
        ])
    }

    /// Its word, and why.
    private var health: String {
        var text = queue.health?.rawValue ?? "unknown"
        if let obstacle = queue.obstacle { text += ": \(obstacle)" }
        if let count = queue.unplaceable, count > 0 {
            text +=
                "; \(count) due \(count == 1 ? "run asks" : "runs ask") for what no agent has that polls it: orch work-queue preview "
                + queue.name
        }
        return text
    }

    /// Queues that were there before they had facts of their own have no time.
    private var created: String? {
        queue.createdAt.flatMap { $0.microseconds > 0 ? $0.brief : nil }
    }
}
