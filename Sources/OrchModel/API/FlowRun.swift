/// One run of a flow.
public struct FlowRun: Codable, Hashable, Sendable {
    public var id: Identifier
    /// A name for people: `docker-flow-4f2b9c11`.
    public var name: String
    public var flowName: String
    /// nil for a child run in the same container.
    public var deploymentID: Identifier?
    public var deploymentName: String?
    public var deploymentVersion: Int?
    /// The run that made this one: in its own container as a sub-flow, or through the API as a run with a container of its
    /// own.
    public var parentRunID: Identifier?
    public var parameters: [String: JSONValue]
    /// Of the parameters that had templates in them, what they were before they were filled in; nil = none had.
    public var templates: [String: JSONValue]?
    /// The span of data it is about; nil = none.
    public var dataInterval: DataInterval?
    public var tags: [String]
    public var workQueue: String
    public var image: String
    public var state: RunState
    /// Counts containers, from 1; 0 before the first claim.
    public var attempt: Int
    public var createdAt: Timestamp
    /// When it is due.
    public var scheduledFor: Timestamp
    /// When its process started.
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    /// The agent that holds or held it.
    public var agent: String?
    public var container: ContainerRecord?
    public var termination: Termination?
    /// A durable wish to end it, until it has ended.
    public var cancellation: CancellationRequest?
    /// A durable wish to pause, suspend or resume it, until its agent has carried it out.
    public var request: RunRequest?
    /// The last wish to try it again after it had ended; nil = nobody had one.
    public var retry: RunRetry?
    /// How it is tied to the run that made it, where that made it as a run with a container of its own.
    public var ties: ChildTies?
    /// For how long its container had been paused, pauses that go on left out, in seconds; nil = never.
    public var pausedSeconds: Double?
    /// When retention began to remove its log; nil = the log is all there.
    public var logsRemovedAt: Timestamp?
    /// What it waits for, as its last attempt that ended to wait has left it; nil = it never waited so.
    public var resumption: RunResumption?
    /// When it was due first, where attempts after the first are due at other times; nil where that is ``scheduledFor``.
    public var firstDue: Timestamp?
    /// How many attempts ended because the run waited for something; they count for no retry. nil = none.
    public var reschedules: Int?
    /// How soon it is taken among those that wait: smaller first; nil = 0, the first.
    public var priority: Int?
    /// Of those that made runs with the same key, the first has made this one; nil = none.
    public var idempotencyKey: String?
    /// The slot of a schedule that made it; nil = somebody made it.
    public var schedule: ScheduledSlot?
    /// The backfill that it is of; nil = none.
    public var backfillID: Identifier?
    /// The limit whose slot it waits for, by its key; nil = none.
    public var blockedOn: String?
    /// What an agent must have to be given it; nil = nothing.
    public var requires: [String: JSONValue]?
    /// What people have written about it; nil = nothing.
    public var notes: String?
    /// Numbers the flow reported, the last of each name: `rows_written`.
    public var metrics: [String: Double]
    /// The flow's result, where it reported one.
    public var result: JSONValue?

    public init(
        id: Identifier, name: String, flowName: String, deploymentID: Identifier? = nil,
        deploymentName: String? = nil, deploymentVersion: Int? = nil, parentRunID: Identifier? = nil,
        parameters: [String: JSONValue], tags: [String] = [], workQueue: String, image: String, state: RunState,
        attempt: Int = 0, createdAt: Timestamp, scheduledFor: Timestamp, startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil, agent: String? = nil, container: ContainerRecord? = nil,
        termination: Termination? = nil, cancellation: CancellationRequest? = nil, request: RunRequest? = nil,
        pausedSeconds: Double? = nil, logsRemovedAt: Timestamp? = nil, metrics: [String: Double] = [:],
        result: JSONValue? = nil, retry: RunRetry? = nil, ties: ChildTies? = nil,
        templates: [String: JSONValue]? = nil, dataInterval: DataInterval? = nil, resumption: RunResumption? = nil,
        reschedules: Int? = nil
    ) {
        self.retry = retry
        self.ties = ties
        self.templates = templates
        self.dataInterval = dataInterval
        self.resumption = resumption
        self.reschedules = reschedules
        self.id = id
        self.name = name
        self.flowName = flowName
        self.deploymentID = deploymentID
        self.deploymentName = deploymentName
        self.deploymentVersion = deploymentVersion
        self.parentRunID = parentRunID
        self.parameters = parameters
        self.tags = tags
        self.workQueue = workQueue
        self.image = image
        self.state = state
        self.attempt = attempt
        self.createdAt = createdAt
        self.scheduledFor = scheduledFor
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.agent = agent
        self.container = container
        self.termination = termination
        self.cancellation = cancellation
        self.request = request
        self.pausedSeconds = pausedSeconds
        self.logsRemovedAt = logsRemovedAt
        self.metrics = metrics
        self.result = result
    }
}

extension FlowRun {
    /// Whether it is a sub-flow in its parent's container: those are of no deployment, and tied in no other way.
    public var isInParentsContainer: Bool { parentRunID != nil && deploymentID == nil && ties == nil }
}

/// The container of an attempt, as the engine knows it.
public struct ContainerRecord: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    /// The image's content digest (`sha256:…`) at launch.
    public var imageDigest: String?
    /// The engine's host name.
    public var host: String?
    /// The commit of the git source that it got; nil where it got none.
    public var sourceCommit: String?

    public init(
        id: String, name: String, imageDigest: String? = nil, host: String? = nil, sourceCommit: String? = nil
    ) {
        self.sourceCommit = sourceCommit
        self.id = id
        self.name = name
        self.imageDigest = imageDigest
        self.host = host
    }
}

/// Who asked for a run to end, and when.
public struct CancellationRequest: Codable, Hashable, Sendable {
    public var by: String
    public var at: Timestamp
    /// Whether it is killed at once, with no time to end by itself; nil = no.
    public var isImmediate: Bool?

    public init(by: String, at: Timestamp, isImmediate: Bool? = nil) {
        self.by = by
        self.at = at
        self.isImmediate = isImmediate
    }

    /// Whether it changes anything where `known` was asked for before: what has its time to end may be killed at once.
    public func hastens(_ known: CancellationRequest) -> Bool { isImmediate == true && known.isImmediate != true }
}

/// One task of a run, in its last known state.
public struct TaskRun: Codable, Hashable, Sendable {
    public var id: Identifier
    public var flowRunID: Identifier
    public var name: String
    /// Counts tries within one container, from 1; 0 for a task that never ran.
    public var attempt: Int
    public var state: RunState
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    /// What else is known of it; nil where nothing is.
    public var details: TaskDetails?

    public init(
        id: Identifier, flowRunID: Identifier, name: String, attempt: Int, state: RunState,
        startedAt: Timestamp? = nil, endedAt: Timestamp? = nil, details: TaskDetails? = nil
    ) {
        self.id = id
        self.flowRunID = flowRunID
        self.name = name
        self.attempt = attempt
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.details = details
    }

    /// Whether this tells something newer of the same task: a later try, or a later moment of one that has not ended.
    public func supersedes(_ known: TaskRun) -> Bool {
        if attempt != known.attempt { return attempt > known.attempt }
        return !known.state.type.isTerminal && state.at >= known.state.at
    }

    /// What is known of each task once all of these were told, in the order in which tasks were told of first.
    public static func newest(of told: some Sequence<TaskRun>) -> [TaskRun] {
        var newest: [TaskRun] = []
        var places: [Identifier: Int] = [:]
        for task in told {
            guard let place = places[task.id] else {
                places[task.id] = newest.count
                newest.append(task)
                continue
            }
            guard task.supersedes(newest[place]) else { continue }
            let known = newest[place]
            newest[place] = task
            newest[place].startedAt = task.startedAt ?? known.startedAt
            guard var earlier = known.details else { continue }
            // Another try begins anew.
            if task.attempt != known.attempt { earlier.progress = nil }
            newest[place].details = task.details?.merging(earlier) ?? earlier
        }
        return newest
    }
}

/// Body of `POST /api/flow-runs`.
public struct FlowRunRequest: Codable, Hashable, Sendable {
    /// `docker-flow` or `parent_flow_runner/docker-flow`.
    public var deployment: String
    public var parameters: [String: JSONValue]
    public var tags: [String]
    /// In place of the deployment's policy; nil = the deployment's.
    public var policy: RunPolicy?
    /// The run that makes it and whose cancellation ends it too; nil = none. A run's own key stands for that run.
    public var parentRunID: Identifier?
    /// The span of data it is about; nil = none.
    public var dataInterval: DataInterval?
    /// Its name, or a template of one; nil = the deployment's.
    public var name: String?
    /// Whoever asks again with the same key gets the run that was made first; nil = another run each time.
    public var idempotencyKey: String?
    /// When it is due; nil = now.
    public var scheduledFor: Timestamp?
    /// In place of the deployment's priority; nil = the deployment's.
    public var priority: Int?
    /// In place of the deployment's queue; nil = the deployment's.
    public var workQueue: String?
    /// Fields of the infrastructure's block, in place of the block's and the deployment's; nil = none.
    public var jobVariables: [String: JSONValue]?
    /// What is to be known about it; nil = nothing.
    public var notes: String?

    public init(
        deployment: String, parameters: [String: JSONValue] = [:], tags: [String] = [], policy: RunPolicy? = nil,
        parentRunID: Identifier? = nil, dataInterval: DataInterval? = nil
    ) {
        self.deployment = deployment
        self.parameters = parameters
        self.tags = tags
        self.policy = policy
        self.parentRunID = parentRunID
        self.dataInterval = dataInterval
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case deployment, parameters, tags, policy, parentRunID, dataInterval, name, idempotencyKey, scheduledFor
        case priority, workQueue, jobVariables, notes
    }

    /// Reads a request; parameters and tags may be left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            deployment: try container.decode(String.self, forKey: .deployment),
            parameters: try container.decodeIfPresent([String: JSONValue].self, forKey: .parameters) ?? [:],
            tags: try container.decodeIfPresent([String].self, forKey: .tags) ?? [],
            policy: try container.decodeIfPresent(RunPolicy.self, forKey: .policy),
            parentRunID: try container.decodeIfPresent(Identifier.self, forKey: .parentRunID),
            dataInterval: try container.decodeIfPresent(DataInterval.self, forKey: .dataInterval))
        name = try container.decodeIfPresent(String.self, forKey: .name)
        idempotencyKey = try container.decodeIfPresent(String.self, forKey: .idempotencyKey)
        scheduledFor = try container.decodeIfPresent(Timestamp.self, forKey: .scheduledFor)
        priority = try container.decodeIfPresent(Int.self, forKey: .priority)
        workQueue = try container.decodeIfPresent(String.self, forKey: .workQueue)
        jobVariables = try container.decodeIfPresent([String: JSONValue].self, forKey: .jobVariables)
        notes = try container.decodeIfPresent(String.self, forKey: .notes)
    }
}

/// Answer of `POST /api/flow-runs`.
public struct FlowRunReply: Codable, Hashable, Sendable {
    public var run: FlowRun
    /// The queue it waits in.
    public var queue: WorkQueueStatus
    /// False where the run was there already, by its idempotency key; nil = a controller that knows no such keys.
    public var isNew: Bool?

    public init(run: FlowRun, queue: WorkQueueStatus, isNew: Bool? = nil) {
        self.isNew = isNew
        self.run = run
        self.queue = queue
    }
}
