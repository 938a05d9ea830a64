/// Where runs are started.
public enum InfrastructureKind: String, Codable, Hashable, Sendable, CaseIterable {
    /// In a container of the agent's Docker Engine.
    case docker
    /// As a process of the agent's host.
    case process

    /// The type of block that says how.
    public var blockType: String {
        switch self {
        case .docker: DockerContainerBlock.slug
        case .process: ProcessBlock.slug
        }
    }

    /// What a run is there, in a sentence: `container`.
    public var noun: String {
        switch self {
        case .docker: "container"
        case .process: "process"
        }
    }

    /// What starts its runs, for sentences: `the container engine`.
    public var engineNoun: String {
        switch self {
        case .docker: "the container engine"
        case .process: "the process engine"
        }
    }
}

extension Infrastructure {
    /// Where the deployment's runs are started; nil for a type that is not known here.
    public var kind: InfrastructureKind? { InfrastructureKind(rawValue: type) }
}

extension ClaimedRun {
    /// Where it is to be started.
    public var infrastructure: InfrastructureKind { process == nil ? .docker : .process }
}
