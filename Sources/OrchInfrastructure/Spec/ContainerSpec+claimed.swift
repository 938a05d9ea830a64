package import OrchModel

extension ContainerSpec {
    /// The container of a claimed run.
    ///
    /// - Throws: the first thing in the run's block that cannot be done or will not be done, such as a mount of `/`.
    package init(_ claimed: ClaimedRun, settings: LaunchSettings) throws(InfrastructureError) {
        if let process = claimed.process {
            self = try .process(process, of: claimed, settings: settings)
            return
        }
        let block = claimed.container
        guard !claimed.image.isEmpty else {
            throw .invalidField("image", value: "", expected: "an image such as taxi:latest")
        }
        name = claimed.containerName
        image = claimed.image
        command = claimed.command
        labels = try Self.labels(of: claimed, agent: settings.agent)
        let apiURL = settings.containerAPIURL ?? claimed.apiURL
        environment = try Self.environment(of: claimed, apiURL: apiURL)
        let networks = try Self.networks(of: block, settings: settings)
        network = networks[0]
        furtherNetworks = Array(networks.dropFirst())
        extraHosts = Self.extraHosts(of: block, apiURL: apiURL, network: network)
        mounts = try (block.volumes ?? []).map { text throws(InfrastructureError) in
            try BindMount(text, under: settings.bindRoots)
        }
        tmpfs = block.tmpfs ?? [:]
        memory = try Self.size(block.memory, field: "memory")
        memorySwap = block.memorySwap == "-1" ? -1 : try Self.size(block.memorySwap, field: "memory_swap")
        sharedMemory = try Self.size(block.shmSize, field: "shm_size")
        nanoCPUs = try Self.nanoCPUs(block.cpus)
        pidsLimit = Int64(try Self.whole(block.pidsLimit, 1...4_194_304, "pids_limit") ?? Self.defaultPidsLimit)
        user = block.user
        isReadOnly = block.readOnly ?? false
        platform = block.platform
        registryLogin = claimed.registryLogin
        pullPolicy = block.imagePullPolicy ?? .ifNotPresent
        removePolicy = block.autoRemove ?? .always
        let grace = try Self.whole(block.stopGraceSeconds, 0...86_400, "stop_grace_seconds")
        stopGrace = .seconds(grace ?? Self.defaultStopGrace)
        gpus = try Self.gpus(block.gpus)
        ulimits = try Self.ulimits(block.ulimits)
        let longest = 1...604_800
        pullIdle = try Self.whole(block.pullIdleTimeoutSeconds, longest, "pull_idle_timeout_seconds").map {
            .seconds($0)
        }
        pullLimit = try Self.whole(block.pullTimeoutSeconds, longest, "pull_timeout_seconds").map { .seconds($0) }
    }

    private static func gpus(_ text: String?) throws(InfrastructureError) -> GPURequest? {
        guard let text else { return nil }
        guard let gpus = GPURequest(text) else {
            throw .invalidField("gpus", value: text, expected: "all, a number from 1, or device=ID,ID")
        }
        return gpus
    }

    private static func ulimits(_ limits: [String: String]?) throws(InfrastructureError) -> [UlimitRequest] {
        var requests: [UlimitRequest] = []
        for (name, text) in (limits ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard UlimitRequest.names.contains(name) else {
                let near = NearestName.nearest(to: name, in: UlimitRequest.names, limit: 1).first
                let hint = near.map { "; did you mean \($0)?" } ?? ""
                throw .invalidField(
                    "ulimits", value: name, expected: "one of \(UlimitRequest.names.joined(separator: ", "))\(hint)")
            }
            guard let request = UlimitRequest(name: name, text) else {
                throw .invalidField("ulimits.\(name)", value: text, expected: "SOFT or SOFT:HARD, such as 1024:2048")
            }
            requests.append(request)
        }
        return requests
    }

    static func labels(of claimed: ClaimedRun, agent: String?) throws(InfrastructureError) -> [String: String] {
        var labels = claimed.container.labels ?? [:]
        if let name = labels.keys.sorted().first(where: { $0.hasPrefix(ContainerLabels.prefix) }) {
            throw .reservedName(field: "labels", name: name, prefix: ContainerLabels.prefix)
        }
        for (name, value) in ContainerLabels.labels(of: claimed, agent: agent) { labels[name] = value }
        return labels
    }

    /// The mode, then further networks. A block's `networks` win over its `network_mode`, that over the agent's.
    private static func networks(
        of block: DockerContainerBlock, settings: LaunchSettings
    ) throws(InfrastructureError) -> [String] {
        if let networks = block.networks, !networks.isEmpty {
            guard Set(networks).count == networks.count else {
                throw .invalidField("networks", value: networks.joined(separator: ", "), expected: "each network once")
            }
            for name in networks where ["host", "none"].contains(name) || name.contains(":") {
                throw .invalidField("networks", value: name, expected: "names; for host or none say network_mode")
            }
            return networks
        }
        switch block.networkMode {
        case nil: return [settings.network ?? "bridge"]
        case let mode? where ["bridge", "host", "none"].contains(mode): return [mode]
        case let mode?:
            throw .invalidField("network_mode", value: mode, expected: "bridge, host or none; others by networks")
        }
    }

    /// Lines of /etc/hosts, with one for `host.docker.internal` where the API is told to be there.
    private static func extraHosts(of block: DockerContainerBlock, apiURL: String, network: String) -> [String] {
        let lines = block.extraHosts ?? []
        let name = "host.docker.internal"
        guard apiURL.contains("//\(name)"), network != "host", network != "none",
            !lines.contains(where: { $0.hasPrefix("\(name):") })
        else { return lines }
        return lines + ["\(name):host-gateway"]
    }

    private static func size(_ text: String?, field: String) throws(InfrastructureError) -> Int64? {
        guard let text else { return nil }
        guard let bytes = ByteSize.bytes(text), bytes > 0 else {
            throw .invalidField(field, value: text, expected: ByteSize.expected(insteadOf: text))
        }
        return bytes
    }

    private static func nanoCPUs(_ cpus: Double?) throws(InfrastructureError) -> Int64? {
        guard let cpus else { return nil }
        guard cpus >= 0.01, cpus <= 4096 else {
            throw .invalidField("cpus", value: "\(cpus)", expected: "a number of CPUs from 0.01, such as 1.5")
        }
        return Int64((cpus * 1_000_000_000).rounded())
    }

    static func whole(
        _ value: Int?, _ range: ClosedRange<Int>, _ field: String
    ) throws(InfrastructureError) -> Int? {
        guard let value else { return nil }
        guard range.contains(value) else {
            let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .invalidField(field, value: "\(value)", expected: expected)
        }
        return value
    }
}
