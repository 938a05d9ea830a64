import ArgumentParser
import OrchClient
import OrchModel

/// Which runs a command is about: named ones, or all that match.
struct RunSelection: ParsableArguments {
    @Argument(help: "The runs: names, ids, or unique starts or ends of ids.") var runs: [String] = []
    @Option(help: "All runs in this state: late, scheduled, running, failed, …") var state: String?
    @Option(help: "All runs of this deployment.") var deployment: String?
    @Option(help: "All runs of this flow.") var flow: String?
    @Option(name: .customLong("tag"), help: "All runs with this tag.") var tag: String?
    @Option(name: [.customShort("q"), .customLong("queue")], help: "All runs in this work queue.") var queue: String?
    @Option(
        name: .customLong("due-before"), help: "All runs that were due before this time: 2026-07-01T07:00:00Z.",
        transform: StartTime.instant)
    var dueBefore: Timestamp?
    @Flag(name: .customLong("every"), help: "All runs there are that can be meant.") var every = false
    @Flag(name: .customLong("dry-run"), help: "Only say which runs, and how many.") var isDry = false

    /// Whether runs are chosen by what they are.
    var isByFilter: Bool {
        every || state != nil || deployment != nil || flow != nil || tag != nil || queue != nil || dueBefore != nil
    }

    func validate() throws {
        try FlowRuns.List.check(state: state)
        guard runs.isEmpty == isByFilter else {
            throw ValidationError(
                runs.isEmpty
                    ? "expected runs, or which ones: --state, --deployment, --flow, --tag, --queue, --due-before, or --every"
                    : "expected either runs or filters, not both")
        }
    }

    /// Makes a wish about each of the runs, or says about which it would be.
    ///
    /// - Parameter wish: is given a run's id.
    func make(
        _ kind: BulkWish.Kind, _ client: OrchClient, _ output: Output, _ wish: (String) async throws -> WishReply
    ) async throws {
        if !isByFilter, !isDry {
            return try await RunWish(runs: runs, output: output).make { name in
                try await wish(try await client.run(name).id.description)
            }
        }
        let found = try await found(client, kind)
        if isDry { return try show(BulkWish(kind, found), output) }
        let chosen = chosen(kind, of: found)
        try await RunWish(runs: chosen.map { "\($0.id)" }, output: output).make(wish)
    }

    /// The runs that match, the newest first.
    func found(_ client: OrchClient, _ kind: BulkWish.Kind) async throws -> [FlowRun] {
        guard isByFilter else {
            var found: [FlowRun] = []
            for name in runs { found.append(try await client.run(name)) }
            return found
        }
        var found: [FlowRun] = []
        var seen: Set<Identifier> = []
        for state in state.map({ [$0.uppercased()] }) ?? kind.states.map(\.rawValue) {
            var filter = FlowRunFilter(state: state, deployment: deployment, flow: flow, limit: Self.page)
            (filter.tag, filter.workQueue, filter.dueBefore) = (tag, queue, dueBefore)
            while true {
                let page = try await client.runs(filter)
                found += page.filter { seen.insert($0.id).inserted }
                guard page.count == Self.page, let last = page.last else { break }
                filter.before = "\(last.id)"
            }
        }
        return found
    }

    private static let page = 1000

    /// Which of the runs that match a wish is about. Where they are chosen by what they are, those that it cannot be about are
    /// told on standard error; one that is named is left to the controller to refuse.
    func chosen(_ kind: BulkWish.Kind, of found: [FlowRun]) -> [FlowRun] {
        guard isByFilter else { return found }
        let wish = BulkWish(kind, found)
        if let remark = wish.remark { FileHandles.writeError("\(remark): left alone\n") }
        return wish.runs
    }

    /// Shows what would be done.
    func show(_ wish: BulkWish, _ output: Output) throws {
        try output.show(wish.runs) { _ in wish.plan }
    }
}
