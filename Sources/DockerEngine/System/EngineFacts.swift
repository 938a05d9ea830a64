/// What a daemon says of itself before a version is agreed on.
package struct EnginePing: Sendable, Hashable {
    /// The newest version it speaks; empty where it does not say.
    package let apiVersion: String
    /// `linux` or `windows`.
    package let operatingSystem: String
}

/// The versions of a daemon.
package struct EngineVersion: Sendable, Hashable, Decodable {
    /// The engine's version, such as `20.10.24`.
    package let version: String
    /// The newest API it speaks.
    package let apiVersion: String
    /// The oldest API it speaks; nil where it does not say.
    package let minAPIVersion: String?
    /// `linux` or `windows`.
    package let operatingSystem: String
    /// Such as `amd64`.
    package let architecture: String

    private enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case minAPIVersion = "MinAPIVersion"
        case operatingSystem = "Os"
        case architecture = "Arch"
    }
}

/// What a daemon tells of its host.
package struct EngineInfo: Sendable, Hashable, Decodable {
    /// Identifies the daemon, also after a restart.
    package let id: String
    /// The host's name.
    package let name: String
    /// The engine's version.
    package let serverVersion: String
    /// Such as `Debian GNU/Linux 12 (bookworm)`.
    package let operatingSystem: String
    /// As the kernel names it, such as `x86_64`.
    package let architecture: String
    /// Processors.
    package let processors: Int
    /// Bytes of memory.
    package let memory: Int64
    /// Where the daemon keeps images and containers.
    package let rootFolder: String
    /// The default driver of logs, such as `json-file`.
    package let loggingDriver: String
    /// False where the kernel cannot limit the memory of a container.
    package let limitsMemory: Bool
    /// False where the kernel cannot limit swap.
    package let limitsSwap: Bool
    /// `1` or `2`; nil where the daemon does not say.
    package let cgroupVersion: String?

    private enum CodingKeys: String, CodingKey {
        case id = "ID"
        case name = "Name"
        case serverVersion = "ServerVersion"
        case operatingSystem = "OperatingSystem"
        case architecture = "Architecture"
        case processors = "NCPU"
        case memory = "MemTotal"
        case rootFolder = "DockerRootDir"
        case loggingDriver = "LoggingDriver"
        case limitsMemory = "MemoryLimit"
        case limitsSwap = "SwapLimit"
        case cgroupVersion = "CgroupVersion"
    }
}
