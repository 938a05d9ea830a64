/// What a flow image says of itself: `taxi describe --json`, kept in the image as `/etc/orch/describe.json`.
public struct ImageDescription: Codable, Hashable, Sendable {
    /// Where the image keeps its description.
    public static let path = "/etc/orch/describe.json"
    /// The version of this format, of the run stream and of the API that a program is built for.
    public static let protocolVersion = 1

    /// The protocol version the program was built with.
    public var orch: Int
    /// The SDK's version.
    public var sdk: String
    /// The program's name, such as `taxi`.
    public var program: String
    /// The flows it holds, in the order the author listed them.
    public var flows: [FlowDescription]
    /// The deployments that `orch deploy` makes where none is named.
    public var deployments: [DeploymentDefault]
    /// What the image is built for and what its host is; added by an agent, nil where that is not known.
    public var platform: ImagePlatform?

    public init(
        orch: Int = ImageDescription.protocolVersion, sdk: String, program: String,
        flows: [FlowDescription], deployments: [DeploymentDefault], platform: ImagePlatform? = nil
    ) {
        self.platform = platform
        self.orch = orch
        self.sdk = sdk
        self.program = program
        self.flows = flows
        self.deployments = deployments
    }
}

/// One flow of a flow image.
public struct FlowDescription: Codable, Hashable, Sendable {
    /// The flow's name, such as `etl-web-to-gcs`.
    public var name: String
    /// What it does, in a sentence.
    public var description: String
    /// Its parameters as a JSON Schema object.
    public var parameters: ParameterSchema
    /// The blocks it reads.
    public var blocks: [BlockReference]
    /// The command that runs it in the image.
    public var command: [String]
    /// The graph it declares, as its default parameters make it; `nil` where it declares none.
    public var graph: GraphDescription?

    public init(
        name: String, description: String, parameters: ParameterSchema, blocks: [BlockReference], command: [String],
        graph: GraphDescription? = nil
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.blocks = blocks
        self.command = command
        self.graph = graph
    }
}

/// A block that a flow declares: named outright, or by the value of one of its parameters.
public struct BlockReference: Codable, Hashable, Sendable {
    /// The block's type, such as `gcs-bucket`.
    public var type: String
    /// The parameter whose value names the block; a value with `://` in it is an address, not a name.
    public var parameter: String?
    /// The block's name where no parameter gives it.
    public var name: String?

    public init(type: String, parameter: String? = nil, name: String? = nil) {
        self.type = type
        self.parameter = parameter
        self.name = name
    }
}

/// A deployment that an image brings along.
public struct DeploymentDefault: Codable, Hashable, Sendable {
    public var name: String
    public var flow: String
    /// Parameter values that differ from the flow's own defaults.
    public var parameters: [String: JSONValue]
    public var description: String
    public var tags: [String]

    public init(
        name: String, flow: String, parameters: [String: JSONValue] = [:], description: String = "",
        tags: [String] = []
    ) {
        self.name = name
        self.flow = flow
        self.parameters = parameters
        self.description = description
        self.tags = tags
    }
}
