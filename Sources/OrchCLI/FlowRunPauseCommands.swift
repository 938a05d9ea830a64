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
                Examples:
                  orch flow-run pause docker-flow-4f2b9c11
                  orch flow-run pause --queue nightly --dry-run
                """)

        @OptionGroup var selection: RunSelection
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            try await selection.make(.pause, client, output) { try await client.ask(.pause, of: $0) }
        }
    }

    /// `orch flow-run suspend`.
    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "suspend",
            abstract: "Ends the containers of runs and keeps the runs for another attempt.",
            discussion: """
                SIGTERM, the deployment's grace, then SIGKILL. A suspended run has no container and takes no slot; the \
                attempt that "orch flow-run resume" leads to starts anew, and counts for no retry.
                Examples:
                  orch flow-run suspend docker-flow-4f2b9c11
                  orch flow-run suspend --state running --deployment docker-flow --dry-run
                """)

        @OptionGroup var selection: RunSelection
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            try await selection.make(.suspend, client, output) { try await client.ask(.suspend, of: $0) }
        }
    }

    /// `orch flow-run resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Lets paused and suspended runs go on.",
            discussion: """
                Examples:
                  orch flow-run resume docker-flow-4f2b9c11
                  orch flow-run resume --every --dry-run
                """)

        @OptionGroup var selection: RunSelection
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            try await selection.make(.resume, client, output) { try await client.ask(.resume, of: $0) }
        }
    }
}

/// A wish about several runs: each is tried, and what became of it is said.
struct RunWish {
    var runs: [String]
    var output: Output

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
