/// A queue, what waits in it and who polls it.
public struct WorkQueueStatus: Codable, Hashable, Sendable {
    public var name: String
    /// Runs that wait in it.
    public var waiting: Int
    /// Agents that asked for its work within the last minute.
    public var agents: [String]
    /// When somebody last asked.
    public var lastPolledAt: Timestamp?
    /// nil = none, or that of a controller that knows no queues of their own; so are all that follow.
    public var description: String?
    /// From 0 to 1000, smaller ones first.
    public var priority: Int?
    /// How many of its runs may be live at once; nil = any number.
    public var limit: Int?
    public var pausedAt: Timestamp?
    public var pausedBy: String?
    /// Of those that wait, runs that could start now.
    public var due: Int?
    /// Of those that wait, runs that a limit holds back.
    public var blocked: Int?
    /// Of those that wait, runs whose time has not come.
    public var scheduled: Int?
    /// Of those that could start now, runs that ask more of an agent than any that polls the queue has.
    public var unplaceable: Int?
    /// When the longest-waiting of the runs was due that could start now.
    public var oldestDue: Timestamp?
    /// Live runs of the queue.
    public var held: Int?
    /// Deployments of the queue.
    public var deployments: Int?
    public var createdAt: Timestamp?
    public var updatedAt: Timestamp?
    public var health: QueueHealth?

    public init(name: String, waiting: Int, agents: [String], lastPolledAt: Timestamp?) {
        self.name = name
        self.waiting = waiting
        self.agents = agents
        self.lastPolledAt = lastPolledAt
    }

    /// After how long a run that nothing holds back is late.
    public static let lateAfter = Duration.seconds(15)

    /// The word for how it does.
    public func health(at now: Timestamp) -> QueueHealth {
        if pausedAt != nil { return .paused }
        if agents.isEmpty { return .notPolled }
        if let oldestDue, now - oldestDue > Self.lateAfter { return .late }
        return .healthy
    }

    /// What keeps its runs from being started, and what to do; nil where nothing does.
    public var obstacle: String? {
        if pausedAt != nil {
            return "the queue \"\(name)\" is paused\(pausedBy.map { " (by \($0))" } ?? ""); its runs wait until "
                + "`orch work-queue resume \(name)`"
        }
        if agents.isEmpty {
            return "no agent is polling the queue \"\(name)\"; the run waits until one does. "
                + "Start one: orch agent start -q \(name)"
        }
        if let limit, limit == 0 {
            return "the limit of the queue \"\(name)\" is 0; its runs wait until `orch work-queue set-limit \(name) N`"
        }
        return nil
    }
}
