/// How an agent gets an image: what a container block says of it, and who asks the registry. Holds a secret: never log it,
/// never keep it.
public struct ImagePull: Codable, Hashable, Sendable {
    /// When it is pulled.
    public var policy: DockerContainerBlock.PullPolicy
    /// The platform, such as `linux/arm64`; nil = the engine's own.
    public var platform: String?
    /// Who asks the registry; nil = nobody.
    public var login: RegistryLogin?
    /// How long it may make no progress, in seconds; nil = the agent's own limit.
    public var idleSeconds: Int?
    /// How long it may take, in seconds; nil = an hour.
    public var limitSeconds: Int?

    /// What `block` says of it.
    public init(_ block: DockerContainerBlock, login: RegistryLogin? = nil) {
        policy = block.imagePullPolicy ?? .ifNotPresent
        platform = block.platform
        self.login = login
        idleSeconds = block.pullIdleTimeoutSeconds
        limitSeconds = block.pullTimeoutSeconds
    }
}
