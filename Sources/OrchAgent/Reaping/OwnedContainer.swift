package import OrchInfrastructure
package import OrchModel

/// A container that carries a controller's label, as far as its labels and the engine tell.
package struct OwnedContainer: Codable, Sendable, Hashable {
    package var id: String
    package var name: String
    /// The run it was made for; nil where its labels do not tell.
    package var runID: Identifier?
    /// The attempt, from 1; nil where its labels do not tell.
    package var attempt: Int?
    package var flow: String?
    /// The question it was made to answer; nil for a run's.
    package var question: Identifier?
    /// The agent that made it; nil where an orch made it that noted no agent.
    package var agent: String?
    /// In the engine's words, such as `running` or `exited`.
    package var state: String
    package var createdAt: Timestamp
    /// Bytes it has written; nil where they were not asked for.
    package var bytes: Int64?

    /// What the engine's list tells of a container.
    package init(_ summary: ContainerSummary) {
        let key = ContainerLabels.attempt(of: summary.labels)
        id = summary.id
        name = summary.name
        runID = key?.run
        attempt = key?.attempt
        flow = summary.labels[ContainerLabels.flow]
        question = summary.labels[ContainerLabels.question].flatMap(Identifier.init)
        agent = summary.labels[ContainerLabels.agent]
        state = summary.status.rawValue
        createdAt = summary.createdAt
        bytes = summary.bytes
    }
}
