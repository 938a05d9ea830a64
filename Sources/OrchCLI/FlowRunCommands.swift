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

    /// `orch flow-run ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists runs, newest first.",
            discussion: "Example: orch flow-run ls --state failed --deployment docker-flow --limit 50")

        @Option(help: "Only runs in this state: scheduled, pending, running, completed, failed, crashed, cancelled, …")
        var state: String?
        @Option(help: "Only runs of this deployment.") var deployment: String?
        @Option(help: "Only runs of this flow.") var flow: String?
        @Option(help: "Only the child runs of this run.") var parent: String?
        @Option(name: .customLong("tag"), help: "Only runs with this tag.") var tag: String?
        @Option(name: [.customShort("q"), .customLong("queue")], help: "Only runs in this work queue.")
        var queue: String?
        @Option(help: "Only runs that were made before this run: where a further page begins.") var before: String?
        @Option(help: "How many at most.") var limit = 20
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        /// - Throws: where it is no state's name or type, with the nearest one.
        static func check(state: String?) throws {
            let narrow = RunState.narrowNames.map { $0.uppercased() }
            if let state, StateType(rawValue: state.uppercased()) == nil, !narrow.contains(state.uppercased()) {
                let names = (StateType.allCases.map(\.rawValue) + narrow).map { $0.lowercased() }
                let nearest = NearestName.nearest(to: state, in: names, limit: 1).first ?? names.joined(separator: ", ")
                throw ValidationError("--state: there is no state \"\(state)\"; did you mean \(nearest)?")
            }
        }

        func validate() throws {
            try Self.check(state: state)
            try ListCut(limit: limit).check()
        }

        /// An empty list may come of a misspelt name.
        private func checkNames(_ client: OrchClient) async throws {
            guard deployment != nil || flow != nil else { return }
            let deployments = try await client.deployments()
            if let flow, !deployments.contains(where: { $0.flowName == flow }) {
                throw Self.unknown("flow", flow, among: Set(deployments.map(\.flowName)))
            }
            if let deployment, !deployments.contains(where: { [$0.name, $0.fullName].contains(deployment) }) {
                throw Self.unknown("deployment", deployment, among: Set(deployments.map(\.name)))
            }
        }

        static func unknown(_ kind: String, _ name: String, among names: Set<String>) -> Message {
            let nearest = NearestName.nearest(to: name, in: names.sorted(), limit: 1).first
            return Message(.usage, "there is no \(kind) \"\(name)\"\(nearest.map { "; did you mean \($0)?" } ?? "")")
        }

        func run() async throws {
            let filters = [state, deployment, flow, parent, tag, queue, before]
            let isFiltered = filters.contains { $0 != nil }
            let client = try connection.client()
            var cut = ListCut(limit: limit)
            let parentID = if let parent { try await client.run(parent).id.description } else { String?.none }
            var filter = FlowRunFilter(
                state: state?.uppercased(), deployment: deployment, flow: flow, parent: parentID,
                limit: cut.asked)
            (filter.tag, filter.workQueue, filter.before) = (tag, queue, before)
            let runs = try await client.runs(filter)
            if runs.isEmpty, parent == nil { try await checkNames(client) }
            let now = Timestamp.now()
            cut.further = runs.prefix(limit).last.map { "--before \($0.id)" }
            try output.show(runs, cut) { runs in
                Table(
                    header: ["NAME", "FLOW", "STATE", "ATTEMPT", "CREATED", "TOOK", "PARENT", "ID"],
                    rows: runs.map { run in
                        [
                            run.name, run.flowName, run.state.name, "\(run.attempt)", run.createdAt.ago(at: now),
                            run.startedAt.map { ((run.endedAt ?? now) - $0).brief } ?? "-",
                            run.parentRunID?.short ?? "-", "\(run.id)",
                        ]
                    }, empty: isFiltered ? "No run matches." : "No runs yet. Start one: orch run DEPLOYMENT"
                ).text
            }
        }
    }

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
