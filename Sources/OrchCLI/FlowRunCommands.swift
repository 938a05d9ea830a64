import ArgumentParser
import OrchClient
import OrchModel

/// `orch flow-run`.
struct FlowRuns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow-run", abstract: "Lists, inspects, reads, pauses, cancels and retries runs.",
        subcommands: [
            List.self, Inspect.self, Logs.self, Pause.self, Suspend.self, Resume.self, Cancel.self,
            Retry.self, Delete.self, Note.self,
        ], aliases: ["flow-runs"])

    /// `orch flow-run inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract: "Shows one run: state and why, container, exit, tasks, child runs.",
            discussion: """
                RUN is a run's name, its id, or a unique start or end of the id.
                Of more than \(TaskSummary.mostRows) tasks it shows how many are in which state, and those that failed.
                """)

        @Argument(help: "The run.") var run: String
        @Flag(name: .customLong("tasks"), help: "Show all tasks, however many; JSON always has them all.")
        var showsAllTasks = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        private struct Details: Encodable {
            var run: FlowRun
            var states: [RunState]
            var attempts: [RunAttempt]
            var tasks: [TaskRun]
            var children: [FlowRun]

            private enum CodingKeys: String, CodingKey {
                case states, attempts, tasks, children
            }

            /// The run's own fields, and the four lists beside them.
            func encode(to encoder: any Encoder) throws {
                try run.encode(to: encoder)
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(states, forKey: .states)
                try container.encode(attempts, forKey: .attempts)
                try container.encode(tasks, forKey: .tasks)
                try container.encode(children, forKey: .children)
            }
        }

        func run() async throws {
            let client = try connection.client()
            let found = try await client.run(run)
            async let states = client.states(of: found.id.description)
            async let attempts = client.attempts(of: found.id.description)
            async let tasks = client.taskRuns(of: found.id.description)
            async let children = client.runs(FlowRunFilter(parent: found.id.description, limit: 1000))
            let details = try await Details(
                run: found, states: states, attempts: attempts, tasks: tasks, children: children)
            try output.show(details) {
                RunSummary(
                    run: $0.run, states: $0.states, attempts: $0.attempts,
                    tasks: TaskSummary(tasks: $0.tasks, showsAll: showsAllTasks), children: $0.children
                ).text
            }
            guard found.state.type == .scheduled, let queue = try? await client.workQueue(found.workQueue) else {
                return
            }
            if let obstacle = queue.obstacle { FileHandles.writeError("Warning: \(obstacle)\n") }
        }
    }
}
