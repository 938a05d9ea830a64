import ArgumentParser
import OrchClient
import OrchModel

/// `orch work-queue`.
struct WorkQueues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work-queue",
        abstract: "Work queues: what waits in them, who polls them, and what holds them back.",
        discussion: """
            A run waits in the queue of its deployment until an agent that serves the queue takes it. Queues and runs of
            smaller priority come first; one step of priority is worth a minute of waiting, so none waits for ever.
            """,
        subcommands: [
            Create.self, List.self, Inspect.self, Preview.self, Pause.self, Resume.self, SetLimit.self,
            ClearLimit.self, SetPriority.self, Delete.self,
        ], aliases: ["work-queues"])

    /// How commands about one queue end.
    private static let exitCodes =
        "Exit codes: 0 done, 2 usage, or there is no such queue, 5 API unreachable or refused."

    /// `orch work-queue create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Makes a work queue.",
            discussion: """
                Examples:
                  orch work-queue create nightly
                  orch work-queue create gpu -l 2 --priority 5 --description "one run for each card"

                Exit codes: 0 made, 2 usage, or there is one already, 5 API unreachable or refused.
                """)

        @Argument(help: "The queue's name: letters, digits, and . _ - : @ +.") var name: String
        @Option(
            name: [.customShort("l"), .customLong("limit"), .customLong("concurrency-limit")],
            help: "How many of its runs may be live at once. Defaults to any number.")
        var limit: Int?
        @Option(help: "0 (first) to 1000. Defaults to 0.") var priority: Int?
        @Option(help: "What it is for.") var description: String?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws {
            if let problem = WorkQueueRules.problem(name: name) { throw ValidationError(problem) }
            try WorkQueues.check(limit: limit)
            try WorkQueues.check(priority: priority)
        }

        func run() async throws {
            let queue = try await connection.client().createWorkQueue(
                WorkQueueRequest(name: name, description: description, priority: priority, limit: limit))
            try output.show(queue) { queue in
                "\(TerminalText.harmless(queue.name)): made. Serve it: orch agent start -q \(queue.name)\n"
            }
        }
    }

    /// `orch work-queue ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists work queues.",
            discussion: """
                DUE could start now, BLOCKED waits for a slot of a limit, HELD is live.
                Examples:
                  orch work-queue ls
                  orch work-queue ls -o json

                Exit codes: 0 done, 5 API unreachable or refused.
                """)
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let now = Timestamp.now()
            try output.show(try await connection.client().workQueues()) { WorkQueueTable(queues: $0, now: now).text }
        }
    }

    /// `orch work-queue inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract:
                "Shows a work queue: its health, what waits in it, who polls it, and who holds slots of its limit.",
            discussion: """
                Example: orch work-queue inspect default

                \(exitCodes)
                """)
        @Argument(help: "The queue's name.") var name: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let queue = try await client.workQueue(name)
            // A table shows who holds slots, too; the answer in JSON is the queue alone.
            let isShown = output.form != .json && queue.limit != nil
            let limit = if isShown { try? await client.runLimit(.queue(queue.name)) } else { RunLimitStatus?.none }
            let now = Timestamp.now()
            try output.show(queue) { queue in
                WorkQueueFacts(queue: queue, now: now).text
                    + (limit.map { "\n" + RunLimitFacts(status: $0, now: now).text } ?? "")
            }
        }
    }

    /// `orch work-queue preview`.
    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "preview", abstract: "Shows the runs that wait in a queue, in the order of their turns.",
            discussion: """
                Those whose turn it is come first, then those that a limit holds back, then those whose time has not come.
                Example: orch work-queue preview nightly --limit 50

                \(exitCodes)
                """,
            aliases: ["read-runs"])
        @Argument(help: "The queue's name.") var name: String
        @Option(help: "How many at most.") var limit = 20
        @Option(help: "Only runs that are due within so many hours.") var hours: Double?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws {
            try ListCut(limit: limit).check()
            if let hours, !(0...87_600).contains(hours) {
                throw ValidationError("--hours: expected 0 to 87600, got \(hours)")
            }
        }

        /// Whether a run is due within the hours that were asked for.
        func isShown(_ run: FlowRun, at now: Timestamp) -> Bool {
            hours.map { run.scheduledFor <= now + .seconds($0 * 3600) } ?? true
        }

        func run() async throws {
            let now = Timestamp.now()
            let cut = ListCut(limit: limit)
            let runs = try await connection.client().waitingRuns(in: name, limit: cut.asked)
                .filter { isShown($0, at: now) }
            try output.show(runs, cut) { runs in
                Table(
                    header: ["RUN", "STATE", "PRIORITY", "DUE", "WHY"],
                    rows: runs.map {
                        [
                            $0.name, $0.state.name, "\($0.priority ?? 0)",
                            $0.scheduledFor > now
                                ? "in \(($0.scheduledFor - now).brief)" : $0.scheduledFor.ago(at: now),
                            $0.state.message,
                        ]
                    }, empty: "No run waits in the queue."
                ).text
            }
        }
    }

    /// `orch work-queue pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Has the runs of a queue wait; those that are at work go on.",
            discussion: """
                Example: orch work-queue pause nightly

                \(exitCodes)
                """)
        @Argument(help: "The queue's name.") var name: String
        @OptionGroup var connection: Connection

        func run() async throws {
            try await WorkQueues.change(name, WorkQueueChange(isPaused: true), connection, "paused")
        }
    }

    /// `orch work-queue resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Lets the runs of a queue go that was paused.",
            discussion: """
                Example: orch work-queue resume nightly

                \(exitCodes)
                """)
        @Argument(help: "The queue's name.") var name: String
        @OptionGroup var connection: Connection

        func run() async throws {
            try await WorkQueues.change(name, WorkQueueChange(isPaused: false), connection, "not paused")
        }
    }

    /// `orch work-queue set-limit`.
    struct SetLimit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-limit", abstract: "Says how many runs of a queue may be live at once.",
            discussion: """
                Runs that are at work go on, also where they are more than the limit. 0 lets none begin.
                Example: orch work-queue set-limit nightly 4

                \(exitCodes)
                """,
            aliases: ["set-concurrency-limit"])
        @Argument(help: "The queue's name.") var name: String
        @Argument(help: "How many runs at once.") var limit: Int
        @OptionGroup var connection: Connection

        func validate() throws { try WorkQueues.check(limit: limit) }

        func run() async throws {
            try await WorkQueues.change(name, WorkQueueChange(limit: limit), connection, "\(limit) at once")
        }
    }

    /// `orch work-queue clear-limit`.
    struct ClearLimit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "clear-limit", abstract: "Removes the limit of a queue.",
            discussion: """
                Example: orch work-queue clear-limit nightly

                \(exitCodes)
                """, aliases: ["clear-concurrency-limit"])
        @Argument(help: "The queue's name.") var name: String
        @OptionGroup var connection: Connection

        func run() async throws {
            try await WorkQueues.change(name, WorkQueueChange(clearsLimit: true), connection, "no limit")
        }
    }

    /// `orch work-queue set-priority`.
    struct SetPriority: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-priority", abstract: "Says which queue's runs an agent of several queues takes first.",
            discussion: """
                Smaller ones come first; a run competes with those of other queues as if it had become due so many minutes later.
                Example: orch work-queue set-priority nightly 30

                \(exitCodes)
                """)
        @Argument(help: "The queue's name.") var name: String
        @Argument(help: "0 (first) to 1000.") var priority: Int
        @OptionGroup var connection: Connection

        func validate() throws { try WorkQueues.check(priority: priority) }

        func run() async throws {
            try await WorkQueues.change(name, WorkQueueChange(priority: priority), connection, "priority \(priority)")
        }
    }

    /// `orch work-queue delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Removes a queue that no deployment and no run that has not ended names.",
            discussion: """
                Example: orch work-queue delete nightly

                Exit codes: 0 removed, 2 usage, there is none, or something names it still, 5 API unreachable or \
                refused.
                """)
        @Argument(help: "The queue's name.") var name: String
        @OptionGroup var connection: Connection

        func run() async throws {
            try await connection.client().deleteWorkQueue(name)
            FileHandles.writeOut("\(TerminalText.harmless(name)): removed\n")
        }
    }

    private static func change(
        _ name: String, _ change: WorkQueueChange, _ connection: Connection, _ what: String
    ) async throws {
        let queue = try await connection.client().changeWorkQueue(name, change)
        FileHandles.writeOut("\(TerminalText.harmless(queue.name)): \(what)\n")
    }

    fileprivate static func check(limit: Int?) throws {
        guard let limit, !(0...RunLimit.most).contains(limit) else { return }
        throw ValidationError("expected a limit of 0 to \(RunLimit.most) runs, got \(limit)")
    }

    fileprivate static func check(priority: Int?) throws {
        guard let priority, !WorkQueueRules.priorities.contains(priority) else { return }
        throw ValidationError("expected a priority of 0 (first) to 1000, got \(priority)")
    }
}
