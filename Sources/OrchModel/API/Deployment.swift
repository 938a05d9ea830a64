/// Where a deployment's runs are started.
public struct Infrastructure: Codable, Hashable, Sendable {
    /// `docker`.
    public var type: String
    /// The `docker-container` block's name; nil = the block called `default` where there is one.
    public var block: String?

    public init(type: String = "docker", block: String? = nil) {
        self.type = type
        self.block = block
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
        case parameterSchema, blocks, policy, graph
    }
}

/// Answer of `POST /api/deployments`.
public struct DeploymentReply: Codable, Hashable, Sendable {
    /// What saving did.
    public enum Outcome: String, Codable, Sendable {
        case created
        /// The content differs: a new version.
        case updated
        /// The same content: no new version.
        case unchanged
    }

    public var deployment: Deployment
    public var outcome: Outcome

    public init(deployment: Deployment, outcome: Outcome) {
        self.deployment = deployment
        self.outcome = outcome
    }
}
