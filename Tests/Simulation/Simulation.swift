import OrchStore

/// Lives histories of orch's own agents and controllers, on a clock that is not the world's, and judges them.
package struct Simulation {
    /// What came of one history.
    package struct Outcome: Sendable {
        package var seed: UInt64
        /// What was violated; nil where nothing was.
        package var violation: String?
        /// Equal for equal histories.
        package var digest: UInt64
        /// What happened, a line each; empty where it was not recorded.
        package var lines: [String]
        /// Jobs that ran and timers that fired.
        package var steps: Int
        /// Virtual seconds from its start to its end.
        package var seconds: Int
        /// How often things happened that a simulation should get to see.
        package var sights: [String: Int]
    }

    /// The database of all histories, one after the other.
    private let database: MemoryDatabase

    /// A simulation, for one thread.
    package init() throws { database = try MemoryDatabase() }

    /// Lives one history.
    ///
    /// - Parameters:
    ///   - seed: decides everything: the runs, the faults, the order of whatever can happen at the same time.
    ///   - isRecording: whether its text is kept.
    ///   - mutations: what is done wrong on purpose.
    package func history(
        seed: UInt64, isRecording: Bool = false, mutations: Set<Mutation> = []
    ) throws -> Outcome {
        let world = try World(seed: seed, database: database, isRecording: isRecording, mutations: mutations)
        try world.live()
        return Outcome(
            seed: seed, violation: world.invariants.violation, digest: world.history.digest,
            lines: world.history.lines, steps: world.scheduler.steps,
            seconds: Int(world.scheduler.now / 1_000_000), sights: world.history.sights)
    }
}
