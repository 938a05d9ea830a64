import ArgumentParser
import OrchClient
import OrchInfrastructure
import OrchModel

/// `orch cache`.
struct Caches: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Lists and removes cached results of tasks.",
        subcommands: [List.self, Clear.self])

    /// Which results are meant.
    struct Selection: ParsableArguments {
        @Option(help: "Only results of this task.") var task: String?
        @Option(help: "Only results of this flow's runs.") var flow: String?
        @Option(help: "Only results whose key starts so.") var key: String?
        @Flag(help: "Only results whose time is over.") var expired = false

        var filter: CacheFilter {
            CacheFilter(flow: flow, task: task, keyPrefix: key, onlyExpired: expired)
        }

        var isAll: Bool { filter == CacheFilter() }

        /// An empty text would match everything: what a script says whose variable is not set.
        func validate() throws {
            for (name, text) in [("--task", task), ("--flow", flow), ("--key", key)] where text?.isEmpty == true {
                throw ValidationError("\(name): expected a name, got an empty text")
            }
        }
    }

    /// `orch cache ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists results that are kept, newest first; never their values.",
            discussion: """
                A key is a hash of flow, task, code and inputs; the table shows its first digits, -o json all of it.
                Examples:
                  orch cache ls --task fetch
                  orch cache ls --flow etl-web-to-gcs --expired -o json
                """)

        @OptionGroup var selection: Selection
        @Option(help: "How many at most.") var limit = 20
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws { try ListCut(limit: limit).check() }

        func run() async throws {
            let cut = ListCut(limit: limit)
            let found = try await connection.client().cacheEntries(selection.filter, limit: cut.asked)
            let now = Timestamp.now()
            try output.show(found, cut) { CacheTable(entries: $0, isNarrowed: !selection.isAll, now: now).text }
        }
    }

    /// `orch cache clear`.
    struct Clear: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "clear", abstract: "Removes cached results, so that their tasks do their work again.",
            discussion: """
                Results that are computed now are kept when they are there. What has been over for a day goes by itself.
                Examples:
                  orch cache clear --task fetch --dry-run
                  orch cache clear --flow etl-web-to-gcs --expired
                  orch cache clear --all
                """)

        @OptionGroup var selection: Selection
        @Flag(help: "Every result of every flow.") var all = false
        @Flag(name: .customLong("dry-run"), help: "Only say what would go.") var isDry = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws {
            guard selection.isAll == all else {
                throw ValidationError("expected --task, --flow, --key or --expired; or --all, which clears everything")
            }
        }

        func run() async throws {
            let removed = try await connection.client().clearCache(
                CacheClearing(filter: selection.filter, isDry: isDry))
            try output.show(removed) { removed in
                let results = removed.entries == 1 ? "1 result" : "\(removed.entries) results"
                return "\(results), \(ByteSize.text(removed.bytes)), \(isDry ? "would go" : "removed")\n"
            }
        }
    }
}

/// Cached results on the terminal.
struct CacheTable {
    var entries: [CacheEntry]
    /// Whether there may be others.
    var isNarrowed: Bool
    var now: Timestamp

    var text: String {
        Table(
            header: ["TASK", "FLOW", "KEY", "BYTES", "HITS", "MADE", "EXPIRES", "BY RUN"],
            rows: entries.map {
                [
                    $0.taskName, $0.flowName, String($0.key.prefix(12)), "\($0.bytes)", "\($0.hits)",
                    $0.madeAt.ago(at: now),
                    $0.expiresAt > now ? "in " + ($0.expiresAt - now).brief : $0.expiresAt.ago(at: now), $0.runName,
                ]
            },
            empty: isNarrowed ? "No result matches." : "No results yet: tasks with a `cache:` policy keep theirs."
        ).text
    }
}
