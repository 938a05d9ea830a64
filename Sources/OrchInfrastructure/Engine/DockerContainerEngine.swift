package import DockerEngine
package import OrchModel
import Synchronization

/// The container engine of a Docker daemon.
package final class DockerContainerEngine: ContainerEngine {
    private let client: DockerClient
    /// How long a pull may make no progress.
    private let pullIdle: Duration
    /// The name of the daemon's host, once it was asked for.
    private let host = Mutex<String?>(nil)
    private let pulls = SharedPulls()

    /// An engine that speaks through `client`, which the caller shuts down.
    ///
    /// - Parameter pullIdle: how long a pull may make no progress before it is given up. Defaults to 5 min.
    package init(_ client: DockerClient, pullIdle: Duration = .seconds(300)) {
        self.client = client
        self.pullIdle = pullIdle
    }

    package func facts() async throws(EngineFault) -> EngineFacts {
        do throws(DockerError) {
            let version = try await client.version().version
            if let known = host.withLock({ $0 }) { return EngineFacts(version: version, host: known) }
            let name = try await client.info().name
            host.withLock { $0 = name }
            return EngineFacts(version: version, host: name)
        } catch {
            throw EngineFault(error)
        }
    }

    package func create(_ spec: ContainerSpec) async throws(EngineFault) -> String {
        var spec = spec
        do throws(DockerError) {
            // What results of its tasks depend on. It cannot be told once the container is made.
            spec.environment[Self.digestVariable] = try await client.inspectImage(spec.image).id
            if let source = spec.source {
                spec.environment["ORCH_SOURCE_DIR"] = SourceTree.folder
                spec.environment["ORCH_SOURCE_COMMIT"] = source.commit
            }
            let id = try await client.createContainer(spec.create, name: spec.name, platform: spec.platform).id
            // Daemons before API 1.44 take one network at creation.
            for network in spec.furtherNetworks { try await join(network, id: id) }
            if let source = spec.source { try await put(source, id: id) }
            return id
        } catch {
            throw EngineFault(error)
        }
    }

    /// The variable that tells a container which image it is of.
    private static let digestVariable = "ORCH_IMAGE_DIGEST"

    /// Joins a network; a container that cannot does not stay, or the next try would find it half made.
    private func join(_ network: String, id: String) async throws(DockerError) {
        do throws(DockerError) {
            try await client.connect(container: id, toNetwork: network)
        } catch {
            try await client.removeContainer(id, force: true, volumes: true)
            throw error
        }
    }

    /// Puts files into a container; one that cannot take them does not stay.
    private func put(_ source: SourceTree, id: String) async throws(DockerError) {
        do throws(DockerError) {
            try await client.putArchive(source.archive, into: "/", of: id)
        } catch {
            try await client.removeContainer(id, force: true, volumes: true)
            throw error
        }
    }

    package func start(_ id: String) async throws(EngineFault) {
        do throws(DockerError) { try await client.startContainer(id) } catch { throw EngineFault(error) }
    }

    package func inspect(_ id: String) async throws(EngineFault) -> ContainerSnapshot {
        let details: ContainerDetails
        do throws(DockerError) { details = try await client.inspectContainer(id) } catch { throw EngineFault(error) }
        guard let status = ContainerSnapshot.Status(rawValue: details.state.status) else {
            throw .malformed("container \(id) is in a state unknown here: \(details.state.status)")
        }
        return ContainerSnapshot(
            id: details.id, name: details.plainName, imageDigest: details.image, labels: details.config.labels,
            status: status, exitCode: details.state.exitCode, oomKilled: details.state.oomKilled,
            error: details.state.error, startedAt: details.state.started.map(Timestamp.init),
            finishedAt: details.state.finished.map(Timestamp.init),
            memoryLimit: details.hostConfig.memory.flatMap { $0 > 0 ? $0 : nil })
    }

    package func exit(of id: String, next: Bool) async throws(EngineFault) -> any PendingExit {
        do throws(DockerError) {
            return Exit(wait: try await client.openWait(id, condition: next ? .nextExit : .notRunning))
        } catch {
            throw EngineFault(error)
        }
    }

    package func output(of id: String, follow: Bool, tail: Int?) async throws(EngineFault) -> any ContainerOutput {
        var options = LogOptions()
        options.follow = follow
        options.tail = tail
        do throws(DockerError) {
            return Output(lines: try await client.containerLogs(id, options: options).makeAsyncIterator())
        } catch {
            throw EngineFault(error)
        }
    }

    package func hints(of snapshot: ContainerSnapshot) async throws(EngineFault) -> EndingHints {
        guard let start = snapshot.startedAt, let end = snapshot.finishedAt else { return EndingHints() }
        // Times of the daemon's own clock; the last events may be noted a moment after the end. Where all depends on one of
        // them, a busy daemon gets more time.
        let isDoubtful = snapshot.exitCode == TerminationReader.lostExitCode
        let signal = TerminationReader.signal(of: snapshot.exitCode)
        let past = ContainerEvents(client: client, container: snapshot.id)
        var hints = EndingHints(sawEnd: false)
        var sawStart = false
        try await past.read(since: start + .seconds(-1), until: end + (isDoubtful ? .seconds(3) : .seconds(1))) {
            event in
            if event.action == "start" { sawStart = true }
            if event.action == "stop" { hints.sawStop = true }
            if event.action == "oom" { hints.sawOutOfMemory = true }
            if event.action == "die" { (hints.sawEnd, hints.isWhole) = (true, sawStart) }
            if let signal = event.attributes["signal"].flatMap(Int.init) { hints.signals.insert(signal) }
            // Signals are noted before the end they lead to; that the engine stopped it, and the kernel's word on memory,
            // may come after it.
            let isExplained =
                signal == nil
                ? hints.sawStop || !hints.sawEndingSignal : hints.sawOutOfMemory || hints.sawEndingSignal
            return hints.sawEnd == true && isExplained
        }
        // It exited by itself after a signal: whether that was a stop is noted once the engine has gone through with it.
        if signal == nil, hints.sawEnd == true, hints.sawEndingSignal, !hints.sawStop {
            try await past.read(since: end, until: end + .seconds(10)) { event in
                if event.action == "stop" { hints.sawStop = true }
                return hints.sawStop
            }
        }
        return hints
    }

    package func stop(_ id: String, grace: Duration) async throws(EngineFault) -> Bool {
        do throws(DockerError) { return try await client.stopContainer(id, timeout: grace) } catch {
            throw EngineFault(error)
        }
    }

    package func pause(_ id: String) async throws(EngineFault) {
        do throws(DockerError) { try await client.pauseContainer(id) } catch { throw EngineFault(error) }
    }

    package func unpause(_ id: String) async throws(EngineFault) {
        do throws(DockerError) { try await client.unpauseContainer(id) } catch { throw EngineFault(error) }
    }

    package func remove(_ id: String, force: Bool) async throws(EngineFault) {
        do throws(DockerError) {
            try await client.removeContainer(id, force: force, volumes: true)
        } catch .notFound {
            // Gone is what was asked for.
        } catch {
            throw EngineFault(error)
        }
    }

    package func list(label: String, value: String, sizes: Bool) async throws(EngineFault) -> [ContainerSummary] {
        do throws(DockerError) {
            return try await client.listContainers(labels: ["\(label)=\(value)"], sizes: sizes).compactMap { listing in
                ContainerSnapshot.Status(rawValue: listing.state).map {
                    ContainerSummary(
                        id: listing.id, name: listing.names.first ?? "", labels: listing.labels, status: $0,
                        createdAt: Timestamp(listing.created), bytes: sizes ? listing.bytesWritten ?? 0 : nil)
                }
            }
        } catch {
            throw EngineFault(error)
        }
    }

    package func imageNames() async throws(EngineFault) -> [String] {
        do throws(DockerError) {
            return try await client.listImages().flatMap(\.repoTags)
        } catch {
            throw EngineFault(error)
        }
    }

    package func platform(of image: String) async throws(EngineFault) -> ImagePlatform? {
        do throws(DockerError) {
            let details = try await client.inspectImage(image)
            let version = try await client.version()
            return ImagePlatform(
                image: details.platform, host: "\(version.operatingSystem)/\(version.architecture)")
        } catch {
            throw EngineFault(error)
        }
    }

    package func pull(
        _ image: String, platform: String?, login: RegistryLogin?, idle: Duration?,
        progress: @escaping @Sendable (PullStep) -> Void
    ) async throws(EngineFault) {
        let key = SharedPulls.Key(image: image, platform: platform, login: login, idle: idle)
        try await pulls.pull(key, progress: progress) { [self] tell in await pull(key, tell) }
    }

    private func pull(_ key: SharedPulls.Key, _ tell: (PullStep) -> Void) async -> Result<Void, EngineFault> {
        let credentials = key.login.map {
            RegistryCredentials(username: $0.username, password: $0.password, serverAddress: $0.registry)
        }
        do throws(DockerError) {
            var steps = try await client.pullImage(
                key.image, platform: key.platform, credentials: credentials, idle: key.idle ?? pullIdle
            ).makeAsyncIterator()
            while let step = try await steps.next() {
                tell(PullStep(status: step.status, layer: step.id, current: step.current, total: step.total))
            }
            return .success(())
        } catch {
            return .failure(EngineFault(error))
        }
    }

    package func file(_ path: String, in id: String, limit: Int) async throws(EngineFault) -> [UInt8]? {
        do throws(DockerError) {
            return try await client.readFile(path, of: id, limit: limit)
        } catch .notFound(.file, _) {
            return nil
        } catch {
            throw EngineFault(error)
        }
    }

    private struct Exit: PendingExit {
        let wait: ContainerWait

        func code() async throws(EngineFault) -> Int {
            do throws(DockerError) { return try await wait.exit().statusCode } catch { throw EngineFault(error) }
        }
    }

    private struct Output: ContainerOutput {
        var lines: ContainerLogs.Iterator

        mutating func next() async throws(EngineFault) -> [OutputLine]? {
            do throws(DockerError) {
                return try await lines.nextBatch()?.map(OutputLine.init)
            } catch {
                throw EngineFault(error)
            }
        }
    }
}

extension OutputLine {
    /// A line of the daemon's, or a part of a very long one.
    init(_ line: LogLine) {
        let time = line.time.map(Timestamp.init) ?? Timestamp(microseconds: 0)
        self.init(
            line.stream == .stdout ? .stdout : .stderr, time: time, bytes: line.bytes, part: line.part,
            isComplete: line.isTerminated)
    }
}

extension Timestamp {
    /// The daemon's time, nanoseconds cut off.
    init(_ time: EngineTime) {
        self.init(microseconds: time.seconds * 1_000_000 + Int64(time.nanoseconds / 1000))
    }
}

extension EngineTime {
    /// A time of the daemon's, as it was cut to microseconds.
    init(_ time: Timestamp) {
        let seconds = Int64((Double(time.microseconds) / 1_000_000).rounded(.down))
        self.init(seconds: seconds, nanoseconds: Int32((time.microseconds - seconds * 1_000_000) * 1000))
    }
}

extension EngineFault {
    /// The fault that a client's error is for a runner.
    init(_ error: DockerError) {
        switch error {
        case .daemonUnreachable, .permissionDenied, .interrupted: self = .unreachable(error.description)
        case .noSuchImage(let reference): self = .noSuchImage(reference)
        case .notFound(.image, let message): self = .noSuchImage(message)
        case .notFound(_, let message): self = .notFound(message)
        case .nameInUse: self = .nameInUse(error.description)
        case .pull(let failure, _, let message): self = .pull(ImageFailure.Cause(failure), message: message)
        case .conflict(let message): self = .refused(status: 409, message: message)
        // Somebody on the way to the daemon says that it is not there: a proxy before its socket, while it is restarted.
        case .api(502...504, _, _, _): self = .unreachable(error.description)
        case .api(let status, _, _, let message): self = .refused(status: status, message: message)
        case .cancelled: self = .cancelled
        case .decoding, .malformedLogs, .malformedArchive, .answerTooLarge: self = .malformed(error.description)
        case .invalidHost, .invalidName, .daemonTooOld, .daemonTooNew, .encoding, .unarchivable:
            self = .refused(status: 0, message: error.description)
        }
    }
}

extension ImageFailure.Cause {
    /// What the client made of the daemon's words.
    init(_ failure: DockerError.PullFailure) {
        switch failure {
        case .notFound: self = .notFound
        case .unauthorized: self = .denied
        case .network: self = .unreachable
        case .platform: self = .platform
        case .disk: self = .diskFull
        case .rateLimit: self = .rateLimit
        case .stalled: self = .stalled
        case .damaged: self = .damaged
        case .other: self = .other
        }
    }
}
