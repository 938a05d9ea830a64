import ArgumentParser
import OrchClient
import OrchModel

/// `orch concurrency-limit`.
struct ConcurrencyLimits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "concurrency-limit",
        abstract: "Limits how many tasks, or runs, are at work at once, in all containers together.",
        discussion: """
            A task takes a slot of each of its tags that has a limit before each attempt, all or none, and gives them back
            after it. Those that find none wait in the order in which they came.

            With --runs, runs with the tag are limited; with --global, all runs. Limits of queues are set with
            `orch work-queue set-limit`, those of deployments with the deployment; `ls` shows all of them.
            """,
        subcommands: [Create.self, List.self, Inspect.self, Delete.self, Reset.self], aliases: ["concurrency-limits"])

    /// How commands about a limit that is there end.
    private static let exitCodes =
        "Exit codes: 0 done, 2 usage, or there is no such limit, 5 API unreachable or refused."

    /// `orch concurrency-limit create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Makes the limit of a tag, or changes it.",
            discussion: """
                Tasks that hold a slot keep it, also where the limit becomes smaller. 0 lets none begin.
                Examples:
                  orch concurrency-limit create database 2
                  orch concurrency-limit create small-api 0
                  orch concurrency-limit create etl 3 --runs
                  orch concurrency-limit create etl 1 --runs --when-full cancel-new
                  orch concurrency-limit create --global 20

                Exit codes: 0 made or changed, 2 usage, 5 API unreachable or refused.
                """)

        @Argument(help: "The tag; none with --global. Then how many at once.") var words: [String]
        @Flag(name: .customLong("runs"), help: "Limit runs that have the tag, not tasks.") var isOfRuns = false
        @Flag(name: .customLong("global"), help: "Limit all runs.") var isGlobal = false
        @Option(
            name: .customLong("when-full"),
            help: """
                For runs: what becomes of one that finds no slot: it waits (enqueue), it is cancelled (cancel-new), or the oldest \
                that holds one is (cancel-running). Defaults to enqueue, or what was set before.
                """, transform: CollisionStrategy.read)
        var strategy: CollisionStrategy?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        /// The tag; empty with --global.
        var tag: String { isGlobal ? "" : words[0] }
        /// How many at once; -1 where that is no number.
        var limit: Int { words.last.flatMap(Int.init) ?? -1 }

        func validate() throws {
            guard words.count == (isGlobal ? 1 : 2) else {
                throw ValidationError(
                    isGlobal
                        ? "--global: expected how many runs at once, and no tag" : "expected a tag and how many at once"
                )
            }
            guard isGlobal || (!tag.isEmpty && PlainText.isPlain(tag)) else {
                throw ValidationError("expected a tag on \(PlainText.expected)")
            }
            guard (0...ConcurrencyLimit.most).contains(limit) else {
                throw ValidationError("expected a limit of 0 to \(ConcurrencyLimit.most), got \(words.last ?? "")")
            }
            if strategy != nil, !isOfRuns, !isGlobal {
                throw ValidationError("--when-full: only for limits of runs: --runs or --global")
            }
        }

        func run() async throws {
            if isGlobal || isOfRuns {
                let saved = try await connection.client().saveRunLimit(
                    RunLimitRequest(key: isGlobal ? .global : .tag(tag), limit: limit, strategy: strategy))
                return try output.show(saved) { saved in
                    let held = saved.held > 0 ? "; \(saved.held) hold a slot now" : ""
                    return "\(TerminalText.harmless(saved.title)): \(saved.limit) runs at once\(held)\n"
                }
            }
            let saved = try await connection.client().saveConcurrencyLimit(
                ConcurrencyLimitRequest(tag: tag, limit: limit))
            try output.show(saved) { saved in
                let held = saved.held > 0 ? "; \(saved.held) hold a slot now" : ""
                return "\(TerminalText.harmless(saved.tag)): \(saved.limit) at once\(held)\n"
            }
        }
    }

    /// `orch concurrency-limit ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists the limits, and how many tasks or runs hold slots of them or wait.",
            discussion: """
                In JSON all of them are one list; `of` says whether a limit is one of tasks or of runs.
                Examples:
                  orch concurrency-limit ls
                  orch concurrency-limit ls -o json
                  orch concurrency-limit ls --runs

                Exit codes: 0 done, 5 API unreachable or refused.
                """)

        @Flag(name: .customLong("runs"), help: "Only limits of runs: of tags, queues, deployments, and of all.")
        var isOfRuns = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let now = Timestamp.now()
            try output.show(try await ListedLimit.all(of: connection.client(), onlyRuns: isOfRuns)) { limits in
                let runs = limits.compactMap(\.ofRuns)
                let ofRuns = RunLimitTable(limits: runs, now: now).text
                if isOfRuns { return ofRuns }
                let ofTasks = ConcurrencyLimitTable(limits: limits.compactMap(\.ofTasks), now: now).text
                return ofTasks + (runs.isEmpty ? "" : "\n" + ofRuns)
            }
        }
    }

    /// `orch concurrency-limit inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect", abstract: "Shows a limit: who holds its slots, and who waits for one.",
            discussion: """
                Examples:
                  orch concurrency-limit inspect database
                  orch concurrency-limit inspect database -o json
                  orch concurrency-limit inspect etl --runs
                  orch concurrency-limit inspect --queue nightly
                  orch concurrency-limit inspect --deployment docker-flow
                  orch concurrency-limit inspect --global

                \(exitCodes)
                """)

        @OptionGroup var target: LimitTarget
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let now = Timestamp.now()
            if let key = try await target.key(client) {
                let status = try await client.runLimit(key)
                return try output.show(status) { RunLimitFacts(status: $0, now: now).text }
            }
            let status = try await client.concurrencyLimit(target.tag ?? "")
            try output.show(status) { ConcurrencySlotTable(status: $0, now: now).text }
        }
    }

    /// `orch concurrency-limit delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Removes the limit of a tag; what waits for its slots goes on.",
            discussion: """
                Examples:
                  orch concurrency-limit delete database
                  orch concurrency-limit delete etl --runs
                  orch concurrency-limit delete --global

                \(exitCodes)
                """)

        @OptionGroup var target: LimitTarget
        @OptionGroup var connection: Connection

        func run() async throws {
            let client = try connection.client()
            if let key = try await target.key(client) {
                try await client.deleteRunLimit(key)
            } else {
                try await client.deleteConcurrencyLimit(target.tag ?? "")
            }
            FileHandles.writeOut("\(target.name): no limit any more\n")
        }
    }

    /// `orch concurrency-limit reset`.
    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset", abstract: "Frees all slots of a tag, also those of tasks that are still at work.",
            discussion: """
                Slots of containers that are gone are free without it. It is for those of a host that will not come back; more
                tasks than the limit allows may be at work afterwards.
                Example:
                  orch concurrency-limit reset database

                \(exitCodes)
                """)

        @Argument(help: "The tag.") var tag: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let reset = try await connection.client().resetConcurrencyLimit(tag)
            try output.show(reset) { "\($0.freed) \($0.freed == 1 ? "slot" : "slots") freed\n" }
        }
    }
}

/// Limits on the terminal.
struct ConcurrencyLimitTable {
    var limits: [ConcurrencyLimit]
    var now: Timestamp

    var text: String {
        Table(
            header: ["TAG", "LIMIT", "HELD", "WAITING", "CHANGED"],
            rows: limits.map { [$0.tag, "\($0.limit)", "\($0.held)", "\($0.waiting)", $0.updatedAt.ago(at: now)] },
            empty: "No limits: tasks of all tags run as they come. orch concurrency-limit create TAG N makes one."
        ).text
    }
}

/// Who holds the slots of a limit, and who waits.
struct ConcurrencySlotTable {
    var status: ConcurrencyLimitStatus
    var now: Timestamp

    var text: String {
        let limit = status.limit
        let head =
            "\(TerminalText.harmless(limit.tag)): \(limit.held) of \(limit.limit) held, \(limit.waiting) waiting\n"
        let slots = status.holders + status.waiters
        guard !slots.isEmpty else { return head }
        let table = Table(
            header: ["", "TASK", "RUN", "ATTEMPT", "SINCE"],
            rows: slots.map {
                [
                    $0.heldSince == nil ? "waits" : "holds", $0.taskName, $0.runName, "\($0.attempt)",
                    ($0.heldSince ?? $0.askedAt).ago(at: now),
                ]
            }, empty: "")
        let more = limit.held + limit.waiting - slots.count
        return head + table.text + (more > 0 ? "and \(more) more\n" : "")
    }
}
