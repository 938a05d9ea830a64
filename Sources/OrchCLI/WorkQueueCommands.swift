import ArgumentParser
import OrchClient
import OrchModel

/// `orch work-queue`.
struct WorkQueues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work-queue", abstract: "Lists queues, what waits in them and who polls them.",
        subcommands: [List.self], aliases: ["work-queues"])

    /// `orch work-queue ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists work queues.")
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let now = Timestamp.now()
            try output.show(try await connection.client().workQueues()) { queues in
                Table(
                    header: ["QUEUE", "WAITING", "AGENTS", "LAST POLLED"],
                    rows: queues.map {
                        [
                            $0.name, "\($0.waiting)",
                            $0.agents.isEmpty
                                ? "none: orch agent start -q \($0.name)" : $0.agents.joined(separator: ", "),
                            $0.lastPolledAt?.ago(at: now) ?? "never",
                        ]
                    }, empty: "No queues yet: one appears with its first deployment or agent."
                ).text
            }
        }
    }
}
