/// The host's side of a container; nil leaves a setting to the daemon.
package struct HostConfig: Sendable, Hashable, Codable {
    /// Whether an init process is PID 1, which passes signals on and reaps children.
    package var initProcess: Bool?
    /// Whether the daemon removes the container at its end, with logs and exit code. Callers that want to know how it
    /// ended keep this false.
    package var autoRemove: Bool?
    /// Capabilities taken away, such as `ALL`.
    package var capDrop: [String]?
    /// Capabilities given.
    package var capAdd: [String]?
    /// Such as `no-new-privileges:true`.
    package var securityOpt: [String]?
    /// Processes and threads at once.
    package var pidsLimit: Int64?
    /// Bytes of memory.
    package var memory: Int64?
    /// Bytes of memory and swap together; the same as `memory` means no swap.
    package var memorySwap: Int64?
    /// Processors, in billionths.
    package var nanoCpus: Int64?
    /// Whether the root file system cannot be written.
    package var readonlyRootfs: Bool?
    /// Mount options by path, such as `["/tmp": "size=64m"]`.
    package var tmpfs: [String: String]?
    /// `source:target[:ro]`.
    package var binds: [String]?
    /// A network's name, `bridge`, `none`, `host` or `container:<id>`.
    package var networkMode: String?
    /// `name:address`; the address may be `host-gateway`.
    package var extraHosts: [String]?
    /// How output is kept.
    package var logConfig: LogConfig?
    /// Bytes of `/dev/shm`.
    package var shmSize: Int64?
    /// Limits of the process.
    package var ulimits: [Ulimit]?
    /// Devices that a driver gives, such as GPUs.
    package var deviceRequests: [DeviceRequest]?
    /// Whether the container may do anything to the host; read by inspection, never set here.
    package private(set) var privileged: Bool?

    /// Everything left to the daemon.
    package init() {}

    private enum CodingKeys: String, CodingKey {
        case initProcess = "Init"
        case autoRemove = "AutoRemove"
        case capDrop = "CapDrop"
        case capAdd = "CapAdd"
        case securityOpt = "SecurityOpt"
        case pidsLimit = "PidsLimit"
        case memory = "Memory"
        case memorySwap = "MemorySwap"
        case nanoCpus = "NanoCpus"
        case readonlyRootfs = "ReadonlyRootfs"
        case tmpfs = "Tmpfs"
        case binds = "Binds"
        case networkMode = "NetworkMode"
        case extraHosts = "ExtraHosts"
        case logConfig = "LogConfig"
        case shmSize = "ShmSize"
        case ulimits = "Ulimits"
        case deviceRequests = "DeviceRequests"
        case privileged = "Privileged"
    }
}

/// How the daemon keeps a container's output.
package struct LogConfig: Sendable, Hashable, Codable {
    /// Such as `json-file`.
    package var type: String
    /// Such as `["max-size": "1g"]`.
    package var config: [String: String]

    /// A driver with its options.
    package init(type: String = "json-file", config: [String: String] = [:]) {
        self.type = type
        self.config = config
    }

    /// Reads what the daemon shows, which is null for no options.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? ""
        config = try container.decodeIfPresent([String: String].self, forKey: .config) ?? [:]
    }

    private enum CodingKeys: String, CodingKey {
        case type = "Type"
        case config = "Config"
    }
}

/// A limit as `ulimit` sets it.
package struct Ulimit: Sendable, Hashable, Codable {
    /// Such as `nofile`.
    package var name: String
    /// The limit that holds.
    package var soft: Int64
    /// The limit up to which the process may raise it.
    package var hard: Int64

    /// A limit.
    package init(name: String, soft: Int64, hard: Int64) {
        self.name = name
        self.soft = soft
        self.hard = hard
    }

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case soft = "Soft"
        case hard = "Hard"
    }
}
