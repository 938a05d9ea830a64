import ArgumentParser
import OrchClient
import OrchModel

extension FlowRuns {
    /// `orch flow-run pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Freezes the containers of runs; holds back those that no agent has taken.",
            discussion: """
                A paused container keeps its memory and its agent's slot. Time for which it is paused does not count \
                for --run-timeout.
                Example: orch flow-run pause docker-flow-4f2b9c11
                """)

        @Argument(help: "The runs.") var runs: [String]
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws { try await RunWish(runs: runs, output: output).make(.pause, connection) }
    }

    /// `orch flow-run suspend`.
    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "suspend",
            abstract: "Ends the containers of runs and keeps the runs for another attempt.",
            discussion: """
                SIGTERM, the deployment's grace, then SIGKILL. A suspended run has no container and takes no slot; the \
                attempt that "orch flow-run resume" leads to starts anew, and counts for no retry.
                Example: orch flow-run suspend docker-flow-4f2b9c11
                """)

        @Argument(help: "The runs.") var runs: [String]
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws { try await RunWish(runs: runs, output: output).make(.suspend, connection) }
    }

    /// `orch flow-run resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Lets paused and suspended runs go on.",
            discussion: "Example: orch flow-run resume docker-flow-4f2b9c11")

        @Argument(help: "The runs.") var runs: [String]
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws { try await RunWish(runs: runs, output: output).make(.resume, connection) }
    }
}

/// A wish about several runs: each is tried, and what became of it is said.
struct RunWish {
    var runs: [String]
    var output: Output

    /// Asks for runs to be paused, suspended or resumed.
    func make(_ action: RunRequest.Action, _ connection: Connection) async throws {
        let client = try connection.client()
        try await make { name in try await client.ask(action, of: try await client.run(name).id.description) }
    }

    /// Makes the wish for each run; the first failure decides the exit code.
    func make(_ wish: (String) async throws -> WishReply) async throws {
        var replies: [WishReply] = []
        var failures: [any Error] = []
        for name in runs {
            do {
                replies.append(try await wish(name))
            } catch {
                FileHandles.writeError("Error: \(name): \(error)\n")
                failures.append(error)
            }
        }
        try output.show(replies) { replies in replies.map { Self.line(of: $0) }.joined() }
        if let first = failures.first { throw Ending(code: Failure.code(for: first)) }
    }

    /// A run, and what is still to be done about it.
    static func line(of reply: WishReply) -> String {
        let run = reply.run
        let line = "\(run.name) is \(run.state.name): \(run.state.message)"
        let asked = run.request.map { "agent \(run.agent ?? "?") is asked to \($0.action.rawValue) it" }
        return ([line] + [asked, reply.note].compactMap(\.self)).joined(separator: "; ") + "\n"
    }
}
