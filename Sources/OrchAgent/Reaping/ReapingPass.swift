package import OrchInfrastructure
package import OrchModel

/// Looks for containers of one controller that nobody needs any more, and removes them.
package struct ReapingPass: Sendable {
    private let engine: any ContainerEngine
    private let api: any ControllerAPI
    private let grace: Duration
    private let keeping: Duration?
    private let now: @Sendable () -> Timestamp

    /// A pass that removes what nobody has needed for `grace`, and what was kept on purpose for `keeping` after its end;
    /// nil keeps that for ever.
    package init(
        engine: any ContainerEngine, api: any ControllerAPI, grace: Duration, keeping: Duration? = nil,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.engine = engine
        self.api = api
        self.grace = grace
        self.keeping = keeping
        self.now = now
    }

    /// What would be done about each container.
    ///
    /// Containers are listed before attempts are asked for: one that is in the list was made for an attempt that was live
    /// then, and an attempt that ended meanwhile needs it no more.
    ///
    /// - Parameters:
    ///   - agents: whose containers are looked at; nil for all agents of the controller.
    ///   - isKnown: whether somebody looks after an attempt, whatever the controller says.
    ///   - age: how long nobody has needed a container, given since when it can have been so.
    package func decisions(
        agents: Set<String>? = nil, isKnown: (AttemptKey) -> Bool = { _ in false },
        age: (_ id: String, _ since: Timestamp) -> Duration
    ) async throws -> [Reaping.Decision] {
        let instance = try await api.identity()
        let summaries = try await engine.list(label: ContainerLabels.instance, value: "\(instance)", sizes: false)
        let agents = agents ?? Set(summaries.compactMap { $0.labels[ContainerLabels.agent] })
        var held: Set<AttemptKey> = []
        for agent in agents.sorted() { held.formUnion(try await api.held(by: agent).map(\.key)) }
        var decisions: [Reaping.Decision] = []
        for summary in summaries {
            let key = ContainerLabels.attempt(of: summary.labels)
            let isHeld = key.map { held.contains($0) || isKnown($0) } ?? false
            let ended = isHeld ? nil : try await end(of: summary)
            let since = ended ?? summary.createdAt
            let facts = Reaping.Facts(
                summary, isHeld: isHeld, age: isHeld ? .zero : age(summary.id, since), ended: ended.map { now() - $0 })
            decisions.append(Reaping.decision(facts, agents: agents, grace: grace, keeping: keeping))
        }
        return decisions
    }

    /// When a container ended; nil where it has not, never ran, or is gone.
    private func end(of summary: ContainerSummary) async throws(EngineFault) -> Timestamp? {
        guard !summary.status.isLive else { return nil }
        do throws(EngineFault) {
            return try await engine.inspect(summary.id).finishedAt
        } catch .notFound {
            return nil
        }
    }

    /// Does what was decided about one container.
    package func carryOut(_ decision: Reaping.Decision) async throws(EngineFault) {
        switch decision.action {
        case .keep: return
        case .stop: try await engine.stop(decision.container.id, grace: .seconds(10))
        case .remove: try await engine.remove(decision.container.id, force: true)
        }
    }
}
