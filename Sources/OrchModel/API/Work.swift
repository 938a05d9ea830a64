/// Body of `POST /api/work/poll`: an agent asks for work and waits for it.
public struct WorkPoll: Codable, Hashable, Sendable {
    public var agent: AgentInfo
    /// How many more runs it can start now.
    public var capacity: Int
    /// How long the answer may be held back while there is nothing, in seconds; at most 60.
    public var waitSeconds: Double
    /// Whether it takes runs beyond its capacity that a run of its own waits for; nil = no.
    public var lendsSlots: Bool?
    /// Whether queues that it names and that do not exist are to be made; nil = no.
    public var createsQueues: Bool?
    /// Whether it claims no more as it is going to end, and need not be told so; nil = no.
    public var isDraining: Bool?

    public init(
        agent: AgentInfo, capacity: Int, waitSeconds: Double, lendsSlots: Bool? = nil, createsQueues: Bool? = nil,
        isDraining: Bool? = nil
    ) {
        self.isDraining = isDraining
        self.createsQueues = createsQueues
        self.lendsSlots = lendsSlots
        self.agent = agent
        self.capacity = capacity
        self.waitSeconds = waitSeconds
    }
}

/// What an agent says of itself.
public struct AgentInfo: Codable, Hashable, Sendable {
    /// Stays the same over restarts: what its runs are held under.
    public var name: String
    public var host: String
    public var version: String
    /// Queues that it serves, by name or by patterns such as `etl-*`.
    public var queues: [String]
    /// The engine's version, such as `20.10.24`; nil while it cannot be reached.
    public var engine: String?
    /// What tells agents of one name apart: that of its data directory, so that it stays over restarts. nil for an agent
    /// that has none, and in lists.
    public var identity: Identifier?
    /// Where it can start runs now, such as `["docker", "process"]`; nil for an agent that knows of containers alone.
    public var infrastructures: [String]?
    /// What runs may ask of it; nil = nothing, as with older agents.
    public var labels: [String: JSONValue]?
    /// How many runs it has at once; nil = it does not say.
    public var limit: Int?
    /// What tells one process of an agent from the next; nil = it does not say.
    public var session: Identifier?

    public init(
        name: String, host: String, version: String, queues: [String], engine: String?, identity: Identifier? = nil,
        infrastructures: [String]? = nil, labels: [String: JSONValue]? = nil, limit: Int? = nil,
        session: Identifier? = nil
    ) {
        self.infrastructures = infrastructures
        self.identity = identity
        self.labels = labels
        self.limit = limit
        self.session = session
        self.name = name
        self.host = host
        self.version = version
        self.queues = queues
        self.engine = engine
    }
}

/// An agent as the controller sees it.
public struct AgentStatus: Codable, Hashable, Sendable {
    public var info: AgentInfo
    public var lastSeenAt: Timestamp
    /// Runs it holds now.
    public var running: Int
    /// When it last asked for work; nil = the controller does not say.
    public var lastPolledAt: Timestamp?
    /// Who wished that it ends its runs and then itself; nil = nobody does.
    public var drain: AgentWish?
    /// Who wished that it gets no new runs; nil = nobody does.
    public var maintenance: AgentWish?
    /// When its process said that it ends; nil = it has not, or another one of its name has begun since.
    public var leftAt: Timestamp?

    public init(
        info: AgentInfo, lastSeenAt: Timestamp, running: Int, lastPolledAt: Timestamp? = nil,
        drain: AgentWish? = nil, maintenance: AgentWish? = nil, leftAt: Timestamp? = nil
    ) {
        self.leftAt = leftAt
        self.info = info
        self.lastSeenAt = lastSeenAt
        self.running = running
        self.lastPolledAt = lastPolledAt
        self.drain = drain
        self.maintenance = maintenance
    }
}

/// Who wished something of an agent, and when.
public struct AgentWish: Codable, Hashable, Sendable {
    public var by: String
    public var at: Timestamp

    public init(by: String, at: Timestamp) {
        self.by = by
        self.at = at
    }
}

/// Body of `POST /api/agents/{name}/drain` and `POST /api/agents/{name}/maintenance`.
public struct AgentWishRequest: Codable, Hashable, Sendable {
    /// Whether it is wished, or is no longer.
    public var isOn: Bool

    public init(isOn: Bool) {
        self.isOn = isOn
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case isOn
    }
}

extension AgentWishRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

/// Body of `POST /api/work/leave`: the last word of an agent's process.
public struct AgentFarewell: Codable, Hashable, Sendable {
    public var agent: String
    /// Which process of that name ends: another one is not meant.
    public var session: Identifier

    public init(agent: String, session: Identifier) {
        self.agent = agent
        self.session = session
    }
}

/// Answer of `POST /api/work/poll`; empty when the wait ran out.
public struct WorkReply: Codable, Sendable {
    /// Runs that are now this agent's.
    public var runs: [ClaimedRun]
    /// Live attempts of this agent that are to be ended.
    public var cancellations: [Cancellation]
    /// Live attempts of this agent that are to be paused, suspended or resumed.
    public var requests: [Request]
    /// Questions only an agent can answer.
    public var tasks: [AgentTask]
    /// Whether the agent is to end once its runs have; nil = no.
    public var drains: Bool?
    /// What is odd about what the agent asks for, a sentence each: a pattern that matches no queue; nil = nothing.
    public var remarks: [String]?

    public init(
        runs: [ClaimedRun] = [], cancellations: [Cancellation] = [], requests: [Request] = [], tasks: [AgentTask] = [],
        drains: Bool? = nil, remarks: [String]? = nil
    ) {
        self.remarks = remarks
        self.drains = drains
        self.runs = runs
        self.cancellations = cancellations
        self.requests = requests
        self.tasks = tasks
    }

    /// Reads an answer; that of a controller which knows no pauses asks for none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            runs: try container.decode([ClaimedRun].self, forKey: .runs),
            cancellations: try container.decode([Cancellation].self, forKey: .cancellations),
            requests: try container.decodeIfPresent([Request].self, forKey: .requests) ?? [],
            tasks: try container.decode([AgentTask].self, forKey: .tasks),
            drains: try container.decodeIfPresent(Bool.self, forKey: .drains),
            remarks: try container.decodeIfPresent([String].self, forKey: .remarks))
    }

    /// An attempt about which something is wished, short of its end.
    public struct Request: Codable, Hashable, Sendable {
        public var runID: Identifier
        public var attempt: Int
        public var request: RunRequest

        public init(runID: Identifier, attempt: Int, request: RunRequest) {
            self.runID = runID
            self.attempt = attempt
            self.request = request
        }
    }

    /// An attempt that is to be ended, and by whom.
    public struct Cancellation: Codable, Hashable, Sendable {
        public var runID: Identifier
        public var attempt: Int
        public var request: CancellationRequest

        public init(runID: Identifier, attempt: Int, request: CancellationRequest) {
            self.runID = runID
            self.attempt = attempt
            self.request = request
        }
    }
}

/// Everything an agent needs to run one attempt. Holds secrets: never log it, never keep it.
public struct ClaimedRun: Codable, Sendable, CustomStringConvertible {
    public var runID: Identifier
    public var runName: String
    public var attempt: Int
    /// Proves that a report is about this attempt; a stale one is refused with 409.
    public var token: String
    /// The controller's identity, for labels.
    public var instance: Identifier
    public var flowName: String
    public var deploymentName: String?
    public var kind: RunEnding.Kind
    public var image: String
    public var command: [String]
    public var parameters: [String: JSONValue]
    /// The container block with defaults of the deployment filled in.
    public var container: DockerContainerBlock
    /// Who pulls the image, where it comes from that registry; nil = nobody.
    public var registryLogin: RegistryLogin?
    /// `ORCH_BLOCK_…` and `ORCH_API_KEY`: what the container gets beside the run's own facts.
    public var secrets: [String: String]
    /// What the run was given that nobody may read, its own key among it: hidden where it prints them. Nil from a
    /// controller that does not tell.
    public var secretTexts: [String]?
    /// What containers are told to call; an agent may know better.
    public var apiURL: String
    public var scheduledFor: Timestamp
    public var cancellation: CancellationRequest?
    /// A wish to pause, suspend or resume it that was not carried out yet.
    public var request: RunRequest?
    /// For how long its container had been paused, a pause that goes on left out, in seconds; nil = never.
    public var pausedSeconds: Double?
    /// Since when the controller knows it to be paused; nil = it is not.
    public var pausedSince: Timestamp?
    /// The longest its process may live, in seconds, the time not counted for which it is paused; nil = any time.
    public var timeoutSeconds: Double?
    /// The span of data it is about; nil = none.
    public var dataInterval: DataInterval?
    /// What its last attempt left for it; nil where the controller, or what runs, knows of no such thing.
    public var resumption: RunResumption?
    /// How its process is made; nil = it runs in a container. What both have in common is in `container`.
    public var process: ProcessBlock?
    /// The folder of a git repository that it finds beside it; nil = none.
    public var source: ClaimedSource?

    public init(
        runID: Identifier, runName: String, attempt: Int, token: String, instance: Identifier, flowName: String,
        deploymentName: String?, kind: RunEnding.Kind, image: String, command: [String],
        parameters: [String: JSONValue], container: DockerContainerBlock, secrets: [String: String],
        secretTexts: [String]? = nil, apiURL: String, scheduledFor: Timestamp, cancellation: CancellationRequest? = nil,
        request: RunRequest? = nil,
        pausedSeconds: Double? = nil, pausedSince: Timestamp? = nil, timeoutSeconds: Double? = nil,
        registryLogin: RegistryLogin? = nil, dataInterval: DataInterval? = nil, resumption: RunResumption? = nil,
        process: ProcessBlock? = nil, source: ClaimedSource? = nil
    ) {
        self.source = source
        self.dataInterval = dataInterval
        self.resumption = resumption
        self.process = process
        self.runID = runID
        self.runName = runName
        self.attempt = attempt
        self.token = token
        self.instance = instance
        self.flowName = flowName
        self.deploymentName = deploymentName
        self.kind = kind
        self.image = image
        self.command = command
        self.parameters = parameters
        self.container = container
        self.secrets = secrets
        self.secretTexts = secretTexts
        self.apiURL = apiURL
        self.scheduledFor = scheduledFor
        self.cancellation = cancellation
        self.request = request
        self.pausedSeconds = pausedSeconds
        self.pausedSince = pausedSince
        self.timeoutSeconds = timeoutSeconds
        self.registryLogin = registryLogin
    }

    /// The container's name: `orch-<run>-<attempt>`. The same attempt always meets the same name.
    public var containerName: String { Self.containerName(run: runID, attempt: attempt) }

    /// The container's name of any attempt.
    public static func containerName(run: Identifier, attempt: Int) -> String { "orch-\(run)-\(attempt)" }

    public var description: String { "attempt \(attempt) of run \(runID) (\(flowName))" }
}

/// Body of `POST /api/attempts/{run}/{attempt}/report`: what an agent saw of one attempt.
///
/// Applied as one transaction: records first, then the state. Sending it again changes nothing.
public struct AttemptReport: Codable, Sendable {
    public var token: String
    public var records: [LogRecord]
    /// Lines that come packed, before those of `records`; no part of the JSON, which they travel beside.
    public var segments: [LogSegment] = []
    public var taskRuns: [TaskRun]
    public var childRuns: [ChildRunReport]
    public var metrics: [String: Double]
    /// Objects it wrote; the controller ignores one it has.
    public var assets: [AssetReport]
    /// What it made to be looked at; the controller ignores one it has.
    public var artifacts: [ArtifactReport]
    public var result: JSONValue?
    public var container: ContainerRecord?
    public var startedAt: Timestamp?
    public var termination: Termination?
    /// The run's new state, if it changed.
    public var state: RunState?
    /// For how long the container had been paused, a pause that goes on left out, in seconds; nil = as told before.
    public var pausedSeconds: Double?
    /// A wish that was carried out, or that cannot be.
    public var settled: RunRequest?
    /// A suspension that cannot be taken back any more: the container is being stopped.
    public var begun: RunRequest?
    /// What the attempt leaves for the next one; nil = as told before.
    public var resumption: RunResumption?

    public init(
        token: String, records: [LogRecord] = [], taskRuns: [TaskRun] = [], childRuns: [ChildRunReport] = [],
        metrics: [String: Double] = [:], assets: [AssetReport] = [], result: JSONValue? = nil,
        container: ContainerRecord? = nil, startedAt: Timestamp? = nil, termination: Termination? = nil,
        state: RunState? = nil, pausedSeconds: Double? = nil, settled: RunRequest? = nil, begun: RunRequest? = nil,
        artifacts: [ArtifactReport] = [], resumption: RunResumption? = nil
    ) {
        self.artifacts = artifacts
        self.resumption = resumption
        self.token = token
        self.records = records
        self.taskRuns = taskRuns
        self.childRuns = childRuns
        self.metrics = metrics
        self.assets = assets
        self.result = result
        self.container = container
        self.startedAt = startedAt
        self.termination = termination
        self.state = state
        self.pausedSeconds = pausedSeconds
        self.settled = settled
        self.begun = begun
    }

    private enum CodingKeys: String, CodingKey {
        case token, records, taskRuns, childRuns, metrics, assets, result, container, startedAt, termination, state,
            pausedSeconds, settled, begun, artifacts, resumption
    }

    /// Reads a report; one of an agent that knows no assets or artifacts has none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            token: try container.decode(String.self, forKey: .token),
            records: try container.decode([LogRecord].self, forKey: .records),
            taskRuns: try container.decode([TaskRun].self, forKey: .taskRuns),
            childRuns: try container.decode([ChildRunReport].self, forKey: .childRuns),
            metrics: try container.decode([String: Double].self, forKey: .metrics),
            assets: try container.decodeIfPresent([AssetReport].self, forKey: .assets) ?? [],
            result: try container.decodeIfPresent(JSONValue.self, forKey: .result),
            container: try container.decodeIfPresent(ContainerRecord.self, forKey: .container),
            startedAt: try container.decodeIfPresent(Timestamp.self, forKey: .startedAt),
            termination: try container.decodeIfPresent(Termination.self, forKey: .termination),
            state: try container.decodeIfPresent(RunState.self, forKey: .state),
            pausedSeconds: try container.decodeIfPresent(Double.self, forKey: .pausedSeconds),
            settled: try container.decodeIfPresent(RunRequest.self, forKey: .settled),
            begun: try container.decodeIfPresent(RunRequest.self, forKey: .begun),
            artifacts: try container.decodeIfPresent([ArtifactReport].self, forKey: .artifacts) ?? [],
            resumption: try container.decodeIfPresent(RunResumption.self, forKey: .resumption))
    }
}

/// A sub-flow's run inside the same container.
public struct ChildRunReport: Codable, Hashable, Sendable {
    public var id: Identifier
    /// The run that called it: the container's own, or another child.
    public var parentRunID: Identifier
    public var flowName: String
    public var parameters: [String: JSONValue]
    public var state: RunState
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?

    public init(
        id: Identifier, parentRunID: Identifier, flowName: String, parameters: [String: JSONValue], state: RunState,
        startedAt: Timestamp? = nil, endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.parentRunID = parentRunID
        self.flowName = flowName
        self.parameters = parameters
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

/// Body of `POST /api/work/renew`: the attempts an agent still observes.
public struct LeaseRenewal: Codable, Hashable, Sendable {
    /// One observed attempt.
    public struct Held: Codable, Hashable, Sendable {
        public var runID: Identifier
        public var attempt: Int
        public var token: String

        public init(runID: Identifier, attempt: Int, token: String) {
            self.runID = runID
            self.attempt = attempt
            self.token = token
        }
    }

    public var agent: String
    public var held: [Held]

    public init(agent: String, held: [Held]) {
        self.agent = agent
        self.held = held
    }
}

/// Answer of `POST /api/work/renew`.
public struct LeaseReply: Codable, Hashable, Sendable {
    /// Attempts that are no longer this agent's: stop reporting them.
    public var stale: [LeaseRenewal.Held]
    public var cancellations: [WorkReply.Cancellation]
    public var requests: [WorkReply.Request]

    public init(
        stale: [LeaseRenewal.Held], cancellations: [WorkReply.Cancellation], requests: [WorkReply.Request] = []
    ) {
        self.stale = stale
        self.cancellations = cancellations
        self.requests = requests
    }

    /// Reads an answer; that of a controller which knows no pauses asks for none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            stale: try container.decode([LeaseRenewal.Held].self, forKey: .stale),
            cancellations: try container.decode([WorkReply.Cancellation].self, forKey: .cancellations),
            requests: try container.decodeIfPresent([WorkReply.Request].self, forKey: .requests) ?? [])
    }
}
