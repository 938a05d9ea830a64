import ArgumentParser
import OrchClient
import OrchModel

extension FlowRuns {
    /// `orch flow-run retry`.
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Tries runs again that have ended, from where they failed.",
            discussion: """
                The run gets another attempt: a container of its own, the same parameters, its own log lines. Tasks with \
                "cache:" whose results are kept are not done again. What will be taken, what will be done again and why is \
                said before it begins; --dry-run says it and does nothing.
                Takes runs that are Failed, TimedOut, Crashed or Cancelled, and with --all also those that are Completed. Of several \
                runs, or of those that filters find (Failed, TimedOut and Crashed ones where no state is said), --dry-run says \
                which they are.
                Examples:
                  orch flow-run retry docker-flow-4f2b9c11 --dry-run
                  orch flow-run retry docker-flow-4f2b9c11
                  orch flow-run retry --all docker-flow-4f2b9c11 -o json
                  orch flow-run retry --deployment docker-flow --due-before 2026-07-01T00:00:00Z --dry-run
                """)

        @Flag(help: "Do everything again, whatever results are kept.") var all = false
        @OptionGroup var selection: RunSelection
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        /// What a retry shows as JSON.
        private struct Shown: Encodable {
            var plan: RetryPlan
            /// nil where nothing was asked for.
            var reply: WishReply?
        }

        func run() async throws {
            let client = try connection.client()
            guard !selection.isByFilter, selection.runs.count == 1 else {
                return try await selection.make(all ? .repetition : .retry, client, output) { id in
                    try await client.retry(id, RetryRequest(next: try await client.run(id), all: all))
                }
            }
            let found = try await client.run(selection.runs[0])
            let plan = try await client.retryPlan(of: found.id.description, all: all)
            if selection.isDry {
                try output.show(Shown(plan: plan)) { RetrySummary(plan: $0.plan).text }
                return
            }
            // What is refused is refused by the server, in its own words.
            if output.form == .table, plan.refusal == nil { FileHandles.writeOut(RetrySummary(plan: plan).text) }
            let request = RetryRequest(next: plan.run, all: all)
            let reply = try await client.retry(found.id.description, request)
            try output.show(Shown(plan: plan, reply: reply)) { shown in
                shown.reply.map { RunWish.line(of: $0) + "Follow it: orch flow-run logs -f \($0.run.name)\n" } ?? ""
            }
        }
    }
}

/// What another attempt would do, on the terminal.
struct RetrySummary {
    var plan: RetryPlan

    /// Steps of one kind that are shown at most.
    static let mostRows = 40

    var text: String {
        let run = plan.run
        var text = "\(run.name): attempt \(run.attempt) was \(run.state.name): \(run.state.message)\n"
        if let refusal = plan.refusal { text += "It cannot be tried again now: \(refusal)\n" }
        text += section("Taken from their results", plan.taken)
        text += section("Done again", plan.repeated)
        text += section("Runs that it made", plan.children)
        for note in plan.notes { text += "\(note)\n" }
        return text
    }

    private func section(_ title: String, _ steps: [RetryPlan.Step]) -> String {
        guard !steps.isEmpty else { return "" }
        let rest = steps.count - Self.mostRows
        return "\n\(title) (\(steps.count)):\n"
            + Table(
                header: ["TASK", "STATE", "WHY"],
                rows: steps.prefix(Self.mostRows).map { step in
                    [step.flow.map { "\($0)/\(step.task)" } ?? step.task, step.state, step.why]
                }, empty: ""
            ).text + (rest > 0 ? "and \(rest) more; -o json shows all\n" : "")
    }
}
