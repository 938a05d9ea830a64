import ArgumentParser
import OrchClient
import OrchInfrastructure
import OrchModel

extension Server {
    /// `orch server prune`.
    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Removes now what the controller keeps no longer.",
            discussion: """
                Controllers do this by themselves, once an hour; see --remove-logs-after and the options beside it of \
                "orch server start". The command says what goes and returns; the controller's log and metrics tell how \
                far it is. Runs that are live or wait, and records of assets, never go.
                Example: orch server prune --dry-run
                """)

        @Flag(name: .customLong("dry-run"), help: "Only say what is kept and what would go.") var isDry = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let status = isDry ? try await client.retention() : try await client.prune()
            try output.show(status) { RetentionSummary(status: $0, isDry: isDry).text }
        }
    }
}

/// What is kept and what goes, on one screen.
struct RetentionSummary {
    var status: RetentionStatus
    var isDry: Bool

    var text: String {
        let (policy, due) = (status.policy, status.due)
        func age(_ seconds: Double?) -> String { seconds.map { Duration.seconds($0).brief } ?? "for ever" }
        let goes = isDry ? "would go" : "go now"
        let facts: [(String, String?)] = [
            ("Logs are kept", age(policy.logSeconds)),
            ("Runs are kept", age(policy.runSeconds)),
            ("Runs of a deployment", policy.runsPerDeployment.map { "at most \($0)" } ?? "any number"),
            ("Bytes of logs", policy.logBytes.map { "at most \(ByteSize.text($0))" } ?? "any number"),
            ("Agents are listed", age(policy.agentSeconds)),
            ("Bytes of results", policy.resultBytes.map { "at most \(ByteSize.text($0))" } ?? "any number"),
            ("Logs now", ByteSize.text(status.logBytes)),
            (
                "Last pass",
                status.last.map { last in
                    "\(last.endedAt.brief), removed \(last.removed.runs) runs and \(ByteSize.text(last.removed.logBytes))"
                } ?? "none yet"
            ),
        ]
        let rows: [(String, String, String)] = [
            ("runs", "\(due.runsByAge)", "ended too long ago"),
            ("runs", "\(due.runsByCount)", "too many of a deployment"),
            ("logs", "\(due.logsByAge)", "their runs ended too long ago"),
            ("logs", "\(due.logsBySize)", "too many bytes of logs"),
            ("bytes of logs", ByteSize.text(due.logBytes), "all of these together"),
            ("agents", "\(due.agents)", "not heard from"), ("questions", "\(due.questions)", "their time is over"),
            ("backfills", "\(due.backfills)", "made too long ago, and no run of theirs is left"),
            ("results of tasks", "\(due.results)", "their time has been over for a day, or too many bytes"),
        ]
        return Table.facts(facts) + "\n"
            + Table(header: ["WHAT", goes.uppercased(), "WHY"], rows: rows.map { [$0, $1, $2] }, empty: "").text
    }
}
