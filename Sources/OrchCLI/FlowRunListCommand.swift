import ArgumentParser
import OrchClient
import OrchModel

extension FlowRuns {
    /// `orch flow-run ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists runs, newest first.",
            discussion: """
                Examples:
                  orch flow-run ls --state failed --deployment docker-flow --limit 50
                  orch flow-run ls --schedule docker-flow/monthly
                  orch flow-run ls --backfill 4f2b9c11 --state failed
                """)

        @Option(
            name: [.customLong("state"), .customLong("state-type")],
            help: "Only runs in this state: scheduled, pending, running, completed, failed, crashed, cancelled, …")
        var state: String?
        @Option(help: "Only runs of this deployment.") var deployment: String?
        @Option(name: [.customLong("flow"), .customLong("flow-name")], help: "Only runs of this flow.") var flow:
            String?
        @Option(help: "Only the child runs of this run.") var parent: String?
        @Option(name: .customLong("tag"), help: "Only runs with this tag.") var tag: String?
        @Option(name: [.customShort("q"), .customLong("queue")], help: "Only runs in this work queue.")
        var queue: String?
        @Option(help: "Only runs of this schedule: DEPLOYMENT/SCHEDULE, or its deployment where that has one.")
        var schedule: String?
        @Option(help: "Only runs of this backfill: its id, or a unique start or end of it.") var backfill: String?
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
            let client = try connection.client()
            var cut = ListCut(limit: limit)
            let parentID = if let parent { try await client.run(parent).id.description } else { String?.none }
            var filter = FlowRunFilter(
                state: state?.uppercased(), deployment: deployment, flow: flow, parent: parentID,
                limit: cut.asked)
            (filter.tag, filter.workQueue, filter.before) = (tag, queue, before)
            if let schedule { filter.schedule = try await client.schedule(named: schedule).id }
            if let backfill { filter.backfill = try await client.backfill(backfill).backfill?.id }
            let runs = try await client.runs(filter)
            if runs.isEmpty, parent == nil { try await checkNames(client) }
            let now = Timestamp.now()
            cut.further = runs.prefix(limit).last.map { "--before \($0.id)" }
            try output.show(runs, cut) { table($0, at: now).text }
        }

        /// The runs; those of a schedule with their slots, those of a backfill with the data they are about.
        func table(_ runs: [FlowRun], at now: Timestamp) -> Table {
            let filters = [state, deployment, flow, parent, tag, queue, schedule, backfill, before]
            let isFiltered = filters.contains { $0 != nil }
            var columns: [(String, (FlowRun) -> String)] = [
                ("NAME", \.name), ("FLOW", \.flowName), ("STATE", \.state.name), ("ATTEMPT", { "\($0.attempt)" }),
            ]
            if schedule != nil { columns.append(("SLOT", { $0.schedule.map { "\($0.slot.local)" } ?? "-" })) }
            if backfill != nil {
                columns.append(("DATA FROM", { $0.dataInterval?.start.brief ?? "-" }))
                columns.append(("DATA TO", { $0.dataInterval?.end.brief ?? "-" }))
            }
            columns += [
                ("CREATED", { $0.createdAt.ago(at: now) }),
                ("TOOK", { run in run.startedAt.map { ((run.endedAt ?? now) - $0).brief } ?? "-" }),
                ("PARENT", { $0.parentRunID?.short ?? "-" }), ("ID", { "\($0.id)" }),
            ]
            return Table(
                header: columns.map(\.0), rows: runs.map { run in columns.map { $0.1(run) } },
                empty: isFiltered ? "No run matches." : "No runs yet. Start one: orch run DEPLOYMENT")
        }
    }
}
