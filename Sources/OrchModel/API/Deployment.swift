/// Where a deployment's runs are started.
public struct Infrastructure: Codable, Hashable, Sendable {
    /// `docker` or `process`.
    public var type: String
    /// The block's name, of type `docker-container` or `process`; nil = the block called `default` where there is one.
    public var block: String?
    /// Fields of that block by name, in place of the block's own; nil = none.
    public var overrides: [String: JSONValue]?

    public init(type: String = "docker", block: String? = nil, overrides: [String: JSONValue]? = nil) {
        self.type = type
        self.block = block
        self.overrides = overrides
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type, block, overrides
    }
}

/// A flow, an image that holds it, and how to run it: what `orch run` names.
public struct Deployment: Codable, Hashable, Sendable {
    public var id: Identifier
    public var name: String
    public var flowName: String
    /// Counts changes of content, from 1.
    public var version: Int
    public var description: String
    public var tags: [String]
    public var image: String
    /// Arguments of the container; empty = the image's own command.
    public var command: [String]
    public var kind: RunEnding.Kind
    public var infrastructure: Infrastructure
    public var workQueue: String
    /// Values that differ from the flow's defaults.
    public var parameters: [String: JSONValue]
    public var parameterSchema: ParameterSchema
    public var blocks: [BlockReference]
    /// How long its runs may take and when they are tried again; nil = the defaults.
    public var policy: RunPolicy?
    /// The graph that the flow declares; nil = none.
    public var graph: GraphDescription?
    /// The author's own word for this version, such as a commit; nil = none.
    public var versionName: String?
    /// How soon its runs are taken among those that wait: smaller first; nil = 0, the first. See ``RunPriority``.
    public var priority: Int?
    /// When it runs by itself; nil = as it was, which is never for a new one.
    public var schedules: [ScheduleSpec]?
    /// Whether its schedules make no runs; nil = as it was, which is false for a new one.
    public var isPaused: Bool?
    /// How many of its runs may be live at once; nil = any number.
    public var concurrencyLimit: Int?
    /// What becomes of a run that comes when that many are; nil = `enqueue`.
    public var collisionStrategy: CollisionStrategy?
    /// Whether parameters that the flow does not know, or that do not fit, are refused; nil = true.
    public var enforcesParameterSchema: Bool?
    /// What an agent must have to be given its runs: labels by name; nil = nothing.
    public var requires: [String: JSONValue]?
    /// The names of its runs, a template; nil = the deployment's name and the end of the run's identifier.
    public var runName: String?
    /// Files that its runs read, from a repository; nil = none.
    public var source: SourceSpec?
    /// Whether a run with a data interval waits until the run of the interval before has completed; nil = false.
    public var dependsOnPast: Bool?
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    /// `parent_flow_runner/docker-flow`.
    public var fullName: String { "\(flowName)/\(name)" }

    public init(
        id: Identifier, version: Int, request: DeploymentRequest, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.version = version
        name = request.name
        flowName = request.flowName
        description = request.description
        tags = request.tags
        image = request.image
        command = request.command
        kind = request.kind
        infrastructure = request.infrastructure
        workQueue = request.workQueue
        parameters = request.parameters
        parameterSchema = request.parameterSchema
        blocks = request.blocks
        policy = request.policy
        graph = request.graph
        versionName = request.versionName
        priority = request.priority
        schedules = request.schedules
        isPaused = request.isPaused
        concurrencyLimit = request.concurrencyLimit
        collisionStrategy = request.collisionStrategy
        enforcesParameterSchema = request.enforcesParameterSchema
        requires = request.requires
        runName = request.runName
        source = request.source
        dependsOnPast = request.dependsOnPast
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Body of `POST /api/deployments`: everything that makes a deployment's content.
public struct DeploymentRequest: Codable, Hashable, Sendable {
    public var name: String
    public var flowName: String
    public var description: String
    public var tags: [String]
    public var image: String
    public var command: [String]
    public var kind: RunEnding.Kind
    public var infrastructure: Infrastructure
    public var workQueue: String
    public var parameters: [String: JSONValue]
    public var parameterSchema: ParameterSchema
    public var blocks: [BlockReference]
    /// nil = the defaults.
    public var policy: RunPolicy?
    /// The graph that the flow declares; nil = none.
    public var graph: GraphDescription?
    /// The author's own word for this version, such as a commit; nil = none.
    public var versionName: String?
    /// How soon its runs are taken among those that wait: smaller first; nil = 0, the first. See ``RunPriority``.
    public var priority: Int?
    /// When it runs by itself; nil = as it was, which is never for a new one.
    public var schedules: [ScheduleSpec]?
    /// Whether its schedules make no runs; nil = as it was, which is false for a new one.
    public var isPaused: Bool?
    /// How many of its runs may be live at once; nil = any number.
    public var concurrencyLimit: Int?
    /// What becomes of a run that comes when that many are; nil = `enqueue`.
    public var collisionStrategy: CollisionStrategy?
    /// Whether parameters that the flow does not know, or that do not fit, are refused; nil = true.
    public var enforcesParameterSchema: Bool?
    /// What an agent must have to be given its runs: labels by name; nil = nothing.
    public var requires: [String: JSONValue]?
    /// The names of its runs, a template; nil = the deployment's name and the end of the run's identifier.
    public var runName: String?
    /// Files that its runs read, from a repository; nil = none.
    public var source: SourceSpec?
    /// Whether a run with a data interval waits until the run of the interval before has completed; nil = false.
    public var dependsOnPast: Bool?

    public init(
        name: String, flowName: String, description: String = "", tags: [String] = [], image: String,
        command: [String], kind: RunEnding.Kind, infrastructure: Infrastructure = Infrastructure(),
        workQueue: String = "default", parameters: [String: JSONValue] = [:],
        parameterSchema: ParameterSchema, blocks: [BlockReference] = [], policy: RunPolicy? = nil,
        graph: GraphDescription? = nil
    ) {
        self.name = name
        self.flowName = flowName
        self.description = description
        self.tags = tags
        self.image = image
        self.command = command
        self.kind = kind
        self.infrastructure = infrastructure
        self.workQueue = workQueue
        self.parameters = parameters
        self.parameterSchema = parameterSchema
        self.blocks = blocks
        self.policy = policy
        self.graph = graph
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, flowName, description, tags, image, command, kind, infrastructure, workQueue, parameters
        case parameterSchema, blocks, policy, graph, versionName, priority, schedules, isPaused, concurrencyLimit
        case collisionStrategy, enforcesParameterSchema, requires, runName, source, dependsOnPast
    }
}

/// Answer of `POST /api/deployments`.
public struct DeploymentReply: Codable, Hashable, Sendable {
    /// What saving did.
    public enum Outcome: String, Codable, Sendable {
        case created
        /// The content differs, which makes a new version; or only a pause does, which makes none.
        case updated
        /// The same content: no new version.
        case unchanged
    }

    public var deployment: Deployment
    public var outcome: Outcome
    /// What may surprise of its schedules, a sentence each; nil = nothing.
    public var warnings: [String]?

    public init(deployment: Deployment, outcome: Outcome, warnings: [String]? = nil) {
        self.deployment = deployment
        self.outcome = outcome
        self.warnings = warnings
    }
}

/// Answer of `POST /api/deployments?dry_run=true`: what saving would do.
///
/// The schedules of both sides are those that the deployment has, however they were made, in the order of their slugs.
public struct DeploymentPreview: Codable, Hashable, Sendable {
    public var outcome: DeploymentReply.Outcome
    /// What is saved; nil = nothing.
    public var saved: Deployment?
    /// What would be saved.
    public var next: Deployment
    /// What may surprise of the schedules that it would have, a sentence each; nil = nothing.
    public var warnings: [String]?

    public init(outcome: DeploymentReply.Outcome, saved: Deployment?, next: Deployment) {
        self.outcome = outcome
        self.saved = saved
        self.next = next
    }
}
