import ArgumentParser
import OrchClient
import OrchModel

extension FlowRuns {
    /// `orch flow-run cancel`.
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Asks runs to end: SIGTERM, the deployment's grace, then SIGKILL.",
            discussion: """
                Runs that they made through the API end too, and theirs, wherever they run. With --now there is no grace, also
                for runs that are under theirs already. A run whose agent is gone for good, with its host, is ended by --abandon: \
                only where the agent has been silent for a minute, as its container may be at work.

                Examples:
                  orch flow-run cancel docker-flow-4f2b9c11
                  orch flow-run cancel --state late --dry-run
                  orch flow-run cancel --deployment docker-flow --due-before 2026-07-01T00:00:00Z
                  orch flow-run cancel docker-flow-4f2b9c11 --now
                  orch flow-run cancel docker-flow-4f2b9c11 --abandon
                """)

        @Flag(help: "SIGKILL at once: what runs cannot tidy up.") var now = false
        @Flag(help: "End runs in the books whose agent is not heard from.") var abandon = false
        @OptionGroup var selection: RunSelection
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            // What was chosen for its state is left alone where it is in another by then.
            let state = selection.state
            try await selection.make(.cancel, client, output) {
                try await client.cancel($0, isImmediate: now, isAbandoned: abandon, inState: state)
            }
        }
    }

    /// `orch flow-run delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Removes runs that have ended, with their logs, tasks and artifacts.",
            discussion: """
                What they wrote elsewhere stays. Retention removes old runs by itself, `orch server prune` at once.

                Examples:
                  orch flow-run delete docker-flow-4f2b9c11
                  orch flow-run delete --state crashed --deployment docker-flow --dry-run
                """)

        @OptionGroup var selection: RunSelection
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let found = try await selection.found(client, .remove)
            if selection.isDry { return try selection.show(BulkWish(.remove, found), output) }
            var removed: [FlowRun] = []
            var failures: [any Error] = []
            for run in selection.chosen(.remove, of: found) {
                do { removed.append(try await client.remove("\(run.id)")) } catch {
                    FileHandles.writeError("Error: \(run.name): \(error)\n")
                    failures.append(error)
                }
            }
            try output.show(removed) { runs in
                runs.map { "\($0.name) is removed\n" }.joined()
            }
            if let first = failures.first { throw Ending(code: Failure.code(for: first)) }
        }
    }

    /// `orch flow-run note`.
    struct Note: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "note",
            abstract: "Writes down what is to be known about a run.",
            discussion: """
                Examples:
                  orch flow-run note docker-flow-4f2b9c11 "the source was published twice"
                  orch flow-run note docker-flow-4f2b9c11 ""      # removes it
                """)

        @Argument(help: "The run.") var run: String
        @Argument(help: "The note, 4,000 characters at most; empty removes it.") var note: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let run = try await client.note(RunNote(note: note.isEmpty ? nil : note), on: run)
            try output.show(run) { "\($0.name): \($0.notes ?? "no note")\n" }
        }
    }
}
