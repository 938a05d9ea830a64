import ArgumentParser
import OrchClient
import OrchModel

/// What a limit is of, on the command line: tasks with a tag, runs with a tag, all runs, those of a queue, a deployment, a
/// schedule or a backfill.
struct LimitTarget: ParsableArguments {
    @Argument(help: "The tag; none with the options below but --runs.") var tag: String?
    @Flag(name: .customLong("runs"), help: "Of runs that have the tag, not of tasks.") var isOfRuns = false
    @Flag(name: .customLong("global"), help: "Of all runs.") var isGlobal = false
    @Option(name: [.customShort("q"), .customLong("queue")], help: "Of the runs of this work queue.") var queue: String?
    @Option(help: "Of the runs of this deployment: NAME or FLOW/NAME.") var deployment: String?
    @Option(help: "Of the runs of this schedule: DEPLOYMENT/SCHEDULE.") var schedule: String?
    @Option(help: "Of the runs of this backfill: its id, or a unique start or end of it.") var backfill: String?

    func validate() throws {
        let given = [tag, isGlobal ? "" : nil, queue, deployment, schedule, backfill].compactMap(\.self)
        guard given.count == 1 else {
            throw ValidationError(
                given.isEmpty
                    ? "expected a tag, or one of --queue, --deployment, --schedule, --backfill and --global"
                    : "expected one of a tag, --queue, --deployment, --schedule, --backfill and --global")
        }
        guard !isOfRuns || tag != nil else { throw ValidationError("--runs: says what a tag is of; expected a tag") }
        guard let tag else { return }
        guard !tag.isEmpty, PlainText.isPlain(tag) else {
            throw ValidationError("expected a tag on \(PlainText.expected)")
        }
    }

    /// The key of a limit of runs; nil where tasks are limited.
    ///
    /// - Throws: where there is no such deployment, schedule or backfill, with the nearest name.
    func key(_ client: OrchClient) async throws -> LimitKey? {
        if isGlobal { return .global }
        if let queue { return .queue(queue) }
        if let deployment { return .deployment("\(try await client.deployment(named: deployment).id)") }
        if let schedule { return .schedule("\(try await client.schedule(named: schedule).id)") }
        if let backfill, let found = try await client.backfill(backfill).backfill { return .backfill("\(found.id)") }
        return isOfRuns ? tag.map(LimitKey.tag) : nil
    }

    /// What people call it.
    var name: String {
        let all: [(String, String?)] = [
            ("tag", isOfRuns ? tag : nil), ("queue", queue), ("deployment", deployment), ("schedule", schedule),
            ("backfill", backfill),
        ]
        let named = all.compactMap { kind, name in name.map { "\(kind):\($0)" } }
        return TerminalText.harmless(isGlobal ? "global" : named.first ?? tag ?? "")
    }
}

/// Limits of runs on the terminal.
struct RunLimitTable {
    var limits: [RunLimit]
    var now: Timestamp

    var text: String {
        Table(
            header: ["RUNS OF", "LIMIT", "HELD", "WAITING", "WHEN FULL", "CHANGED"],
            rows: limits.map {
                [
                    $0.title, "\($0.limit)", "\($0.held)", "\($0.waiting)", $0.strategy.rawValue,
                    $0.updatedAt.ago(at: now),
                ]
            }, empty: "No limits of runs. orch concurrency-limit create TAG N --runs makes one."
        ).text
    }
}

/// Who holds the slots of a limit of runs, and who waits.
struct RunLimitFacts {
    var status: RunLimitStatus
    var now: Timestamp

    var text: String {
        let limit = status.limit
        let head =
            "\(TerminalText.harmless(limit.title)): \(limit.held) of \(limit.limit) held, \(limit.waiting) waiting; when full: "
            + "\(limit.strategy.rawValue)\n"
        let places = status.holders + status.waiters
        guard !places.isEmpty else { return head }
        let table = Table(
            header: ["", "RUN", "STATE", "PRIORITY", "AGENT", "SINCE"],
            rows: places.map {
                [
                    $0.agent == nil ? "waits" : "holds", $0.runName, $0.state, "\($0.priority)", $0.agent ?? "-",
                    $0.since.ago(at: now),
                ]
            }, empty: "")
        let more = limit.waiting - status.waiters.count
        return head + table.text + (more > 0 ? "and \(more) more wait\n" : "")
    }
}

extension RunLimit {
    /// `tag etl`, `deployment flow/name`, `queue nightly`, `global`.
    var title: String {
        switch key {
        case .global: "global"
        case .tag: "tag \(name)"
        case .queue: "queue \(name)"
        case .deployment: "deployment \(name)"
        case .schedule: "schedule \(name)"
        case .backfill: "backfill \(name)"
        }
    }
}

extension CollisionStrategy {
    /// The strategy that a word of the command line means.
    static func read(_ text: String) throws -> CollisionStrategy {
        guard let strategy = CollisionStrategy(rawValue: text) else {
            let all = allCases.map(\.rawValue)
            let nearest = NearestName.nearest(to: text, in: all, limit: 1).first
            throw ValidationError(
                "there is no \"\(text)\"; "
                    + (nearest.map { "did you mean \($0)?" } ?? "expected \(all.joined(separator: ", "))"))
        }
        return strategy
    }
}
