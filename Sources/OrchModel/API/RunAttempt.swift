/// One attempt of a run: a container of its own, from its claim to its end.
public struct RunAttempt: Codable, Hashable, Sendable {
    public var flowRunID: Identifier
    /// Counts the attempts of a run, from 1.
    public var number: Int
    /// The agent that claimed it.
    public var agent: String?
    /// The last state that the run had in this attempt; once it has ended, how.
    public var state: RunState
    public var claimedAt: Timestamp
    /// When its process started.
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    public var container: ContainerRecord?
    public var termination: Termination?

    public init(
        flowRunID: Identifier, number: Int, agent: String?, state: RunState, claimedAt: Timestamp,
        startedAt: Timestamp? = nil, endedAt: Timestamp? = nil, container: ContainerRecord? = nil,
        termination: Termination? = nil
    ) {
        self.flowRunID = flowRunID
        self.number = number
        self.agent = agent
        self.state = state
        self.claimedAt = claimedAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.container = container
        self.termination = termination
    }
}
