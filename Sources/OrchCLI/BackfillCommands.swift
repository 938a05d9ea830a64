import ArgumentParser
import OrchClient
import OrchModel

/// `orch backfill`.
struct Backfills: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Runs a deployment for spans of data that have passed.",
        discussion: """
            Time is divided by the deployment's schedule, or by --every. An interval is [start, end): the backfill has those \
            that start in [--from, --to). What it would do is said with --dry-run. It has slots of its own (--limit) beside \
            those of live runs, and never moves a schedule on.

            Examples:
              orch backfill docker-flow --from 2019-01 --to 2021-01 --dry-run
              orch backfill docker-flow --from 2019-01 --to 2021-01 --limit 3
              orch backfill docker-flow --from 2020-01-01 --to 2020-02-01 --every day --newest-first --detach
              orch backfill inspect 4f2b9c11
              orch backfill retry 4f2b9c11
            """,
        subcommands: [
            Create.self, List.self, Inspect.self, Follow.self, Pause.self, Resume.self, Cancel.self, Retry.self,
            Limit.self,
        ],
        defaultSubcommand: Create.self, aliases: ["backfills"])

    /// `orch backfill DEPLOYMENT`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Makes a backfill and follows it to its end.",
            discussion: """
                Modes: missing (intervals that no run was about), failed (those, and those whose last run has not completed), \
                all. An interval that a run is at work for, or waits for, gets none, and neither does one that has not ended.

                Exit codes: 0 all completed, or nothing to do; 1 at least one has not; 2 usage; 4 cancelled; 5 API unreachable \
                or refused; 130 detached by Ctrl-C (the backfill goes on).
                """)

        @Argument(help: "The deployment: NAME or FLOW/NAME.") var deployment: String
        @Option(
            help: "Where the first intervals start: 2019, 2019-01, 2019-01-15, or an instant.",
            transform: BackfillBound.read)
        var from: BackfillBound
        @Option(help: "Where intervals start no more.", transform: BackfillBound.read) var to: BackfillBound
        @Option(help: "The schedule whose slots divide time, where the deployment has several.") var schedule: String?
        @Option(
            help: "What divides time in place of a schedule: hour, day, week, month, year, 6h, or a cron expression.")
        var every: String?
        @Option(help: "The time zone of --every and of days. Defaults to the schedule's, or UTC.") var timezone: String?
        @Option(help: "Which intervals: missing, failed or all.", transform: BackfillMode.read)
        var mode = BackfillMode.missing
        @Flag(name: .customLong("newest-first"), help: "The newest interval first.") var isNewestFirst = false
        @Option(help: "How many of its runs are live at once. Defaults to \(BackfillRequest.usualLimit).") var limit:
            Int?
        @Option(
            name: [.customShort("p"), .customLong("param")], parsing: .singleValue,
            help: "A parameter of all its runs, KEY=VALUE. May be given again.")
        var parameters: [String] = []
        @Option(name: .customLong("tag"), parsing: .singleValue, help: "A tag of all its runs. May be given again.")
        var tags: [String] = []
        @Option(help: "The priority of its runs: 0 (first) to 1000, in minutes.") var priority: Int?
        @Option(name: [.customShort("q"), .customLong("queue")], help: "Another work queue.") var queue: String?
        @Option(
            name: .customLong("job-variable"), parsing: .singleValue,
            help: "A field of the infrastructure's block for all its runs, NAME=VALUE. May be given again.")
        var jobVariables: [String] = []
        @Option(
            name: .customLong("idempotency-key"),
            help:
                "Whoever asks again with the same key gets the backfill that was made first; for another request: refused."
        )
        var idempotencyKey: String?
        @Flag(
            name: .customLong("dry-run"),
            help: "Only list the intervals, and what would be done; refused where the backfill would be.")
        var isDry = false
        @Flag(help: "Return at once; the backfill goes on.") var detach = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws {
            if let limit, !(1...1000).contains(limit) {
                throw ValidationError("--limit: expected 1 to 1000, got \(limit)")
            }
            _ = try JobVariables.read(jobVariables)
        }

        func run() async throws {
            let client = try connection.client()
            let request = try await request(client)
            let reply = try await Self.make { try await client.createBackfill(request) }
            guard let backfill = reply.backfill else {
                return try output.show(reply) { BackfillSummary.plan($0, deployment, isDry: isDry) }
            }
            guard !isDry else { return try output.show(reply) { _ in BackfillSummary.known(backfill) } }
            if reply.isNew == false, idempotencyKey != nil {
                FileHandles.writeError("The key has made backfill \(backfill.id.short) before: no other was made.\n")
            }
            if detach {
                return try output.show(reply) { reply in
                    "Backfill \(backfill.id.short) of \(backfill.fullName): \(backfill.total) runs, "
                        + "\(backfill.limit) at once\nFollow it: orch backfill follow \(backfill.id.short)\n"
                        + BackfillSummary.grid(reply.intervals)
                }
            }
            try await BackfillFollower(client: client, output: output).follow(backfill)
        }

        /// Asks for a backfill, and once more where the answer was lost: the request's key makes both one wish.
        static func make(_ wish: () async throws -> BackfillReply) async throws -> BackfillReply {
            do {
                return try await wish()
            } catch let error as OrchClientError where error.isTransient {
                return try await wish()
            }
        }

        func request(_ client: OrchClient) async throws -> BackfillRequest {
            var request = BackfillRequest(deployment: deployment, from: from, to: to)
            if !parameters.isEmpty {
                let found = try await client.deployment(named: deployment)
                request.parameters = try Parameters.read(
                    assignments: parameters, json: nil, by: found.parameterSchema)
            }
            (request.schedule, request.every, request.timezone) = (schedule, every, timezone)
            (request.mode, request.limit, request.priority, request.workQueue) = (mode, limit, priority, queue)
            request.isNewestFirst = isNewestFirst ? true : nil
            request.isDryRun = isDry ? true : nil
            request.tags = tags.isEmpty ? nil : tags
            request.idempotencyKey = idempotencyKey ?? (isDry ? nil : "\(Identifier.new())")
            let variables = try JobVariables.read(jobVariables)
            request.jobVariables = variables.isEmpty ? nil : variables
            return request
        }
    }

    /// `orch backfill ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists backfills, the newest first.")

        @Option(help: "How many at most.") var limit = 20
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws { try ListCut(limit: limit).check() }

        func run() async throws {
            let now = Timestamp.now()
            let cut = ListCut(limit: limit)
            try output.show(try await connection.client().backfills(limit: cut.asked), cut) { backfills in
                Table(
                    header: ["ID", "DEPLOYMENT", "FROM", "TO", "STATUS", "DONE", "LIMIT", "CREATED"],
                    rows: backfills.map {
                        [
                            $0.id.short, $0.fullName, $0.request.from.text, $0.request.to.text, $0.status.rawValue,
                            "\($0.completed) of \($0.total)", "\($0.limit)", $0.createdAt.ago(at: now),
                        ]
                    }, empty: "No backfills yet. Make one: orch backfill DEPLOYMENT --from 2020-01 --to 2021-01"
                ).text
            }
        }
    }

    /// `orch backfill inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect", abstract: "Shows a backfill and each of its intervals.")

        @Argument(help: "The backfill: its id, or a unique start or end of it.") var backfill: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            try output.show(try await connection.client().backfill(backfill)) { reply in
                BackfillSummary.text(reply)
            }
        }
    }

    /// `orch backfill follow`.
    struct Follow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "follow", abstract: "Follows a backfill to its end.",
            discussion: "Exit codes as of orch backfill create.")

        @Argument(help: "The backfill: its id, or a unique start or end of it.") var backfill: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            guard let found = try await client.backfill(backfill).backfill else { return }
            try await BackfillFollower(client: client, output: output).follow(found)
        }
    }

    /// `orch backfill pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Starts no further runs of a backfill; those that are live go on.")
        @OptionGroup var wish: BackfillWish
        func run() async throws { try await wish.make("pause") }
    }

    /// `orch backfill resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Starts runs of a paused backfill again.")
        @OptionGroup var wish: BackfillWish
        func run() async throws { try await wish.make("resume") }
    }

    /// `orch backfill cancel`.
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Ends a backfill: its runs that wait at once, those that are live by SIGTERM.")
        @OptionGroup var wish: BackfillWish
        func run() async throws { try await wish.make("cancel") }
    }

    /// `orch backfill retry`.
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry", abstract: "Tries those runs of a backfill again that have not completed.",
            discussion: "One that is paused stays so: its intervals wait until `orch backfill resume`.")
        @OptionGroup var wish: BackfillWish
        func run() async throws { try await wish.make("retry") }
    }

    /// `orch backfill set-limit`.
    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-limit", abstract: "Says how many runs of a backfill may be live at once.")

        @Argument(help: "The backfill: its id, or a unique start or end of it.") var backfill: String
        @Argument(help: "1 to 1000.") var limit: Int
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws {
            guard (1...1000).contains(limit) else { throw ValidationError("expected 1 to 1000, got \(limit)") }
        }

        func run() async throws {
            let changed = try await connection.client().limitBackfill(backfill, BackfillLimit(limit: limit))
            try output.show(changed) { BackfillSummary.line($0) + "\n" }
        }
    }
}

/// A wish about a backfill that is there.
struct BackfillWish: ParsableArguments {
    @Argument(help: "The backfill: its id, or a unique start or end of it.") var backfill: String
    @OptionGroup var connection: Connection
    @OptionGroup var output: Output

    func make(_ wish: String) async throws {
        let changed = try await connection.client().changeBackfill(backfill, wish)
        try output.show(changed) { BackfillSummary.answer($0) }
    }
}

extension BackfillMode {
    /// The mode that an argument names.
    static func read(_ argument: String) throws -> BackfillMode {
        guard let mode = BackfillMode(rawValue: argument) else {
            let words = allCases.map(\.rawValue)
            let nearest = NearestName.nearest(to: argument, in: words, limit: 1).first
            throw ValidationError(
                "expected one of \(words.joined(separator: ", ")), got \"\(argument.prefix(100))\""
                    + (nearest.map { "; did you mean \($0)?" } ?? ""))
        }
        return mode
    }
}

extension BackfillBound {
    /// The bound that an argument names.
    static func read(_ argument: String) throws -> BackfillBound {
        guard let bound = BackfillBound(argument) else {
            throw ValidationError("expected \(expected), got \"\(argument.prefix(100))\"")
        }
        return bound
    }
}
