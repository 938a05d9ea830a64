package import DockerEngine

extension ContainerSpec {
    /// The body of `POST /containers/create`.
    ///
    /// Hardened whatever the block says: no capabilities, no new privileges, a limit of processes, an init as PID 1 (or
    /// SIGTERM would be ignored), removal by us alone, and a log that neither rotates nor drops, whatever the daemon's
    /// own defaults.
    package var create: ContainerCreate {
        var create = ContainerCreate(image: image)
        create.cmd = command.isEmpty ? nil : command
        create.env = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        create.labels = labels
        create.user = user
        create.stopTimeout = Int(stopGrace / .seconds(1))
        create.hostConfig = hostConfig
        return create
    }

    private var hostConfig: HostConfig {
        var host = HostConfig()
        host.initProcess = true
        host.autoRemove = false
        host.capDrop = ["ALL"]
        host.securityOpt = ["no-new-privileges:true"]
        host.pidsLimit = pidsLimit
        host.memory = memory
        host.memorySwap = memorySwap
        host.nanoCpus = nanoCPUs
        host.readonlyRootfs = isReadOnly
        host.tmpfs = tmpfs.isEmpty ? nil : tmpfs
        host.binds = mounts.isEmpty ? nil : mounts.map(\.description)
        host.networkMode = network
        host.extraHosts = extraHosts.isEmpty ? nil : extraHosts
        host.shmSize = sharedMemory
        host.ulimits =
            ulimits.isEmpty ? nil : ulimits.map { Ulimit(name: $0.name, soft: $0.soft, hard: $0.hard) }
        host.deviceRequests = gpus.map { [DeviceRequest($0)] }
        host.logConfig = LogConfig(type: "json-file", config: Self.logOptions)
        return host
    }

    /// Each option is set, as the daemon fills in its own defaults for those that are not. The size stands for "none":
    /// the driver takes no word for that, and drops the start of a log that reaches it.
    ///
    /// Source: <https://docs.docker.com/engine/logging/drivers/json-file/#options>
    private static let logOptions = ["max-size": "1000p", "max-file": "1", "compress": "false", "mode": "blocking"]
}

extension DeviceRequest {
    /// What the docker command makes of `--gpus`.
    init(_ gpus: GPURequest) {
        switch gpus {
        case .all: self.init(count: -1, capabilities: [["gpu"]])
        case .count(let count): self.init(count: count, capabilities: [["gpu"]])
        case .devices(let names): self.init(count: 0, deviceIDs: names, capabilities: [["gpu"]])
        }
    }
}
