package import OrchModel
import FoundationEssentials

/// Answers what only a host with the engine can know. Leaves nothing behind on it, unless its agent is killed meanwhile: what is
/// left then is found by its labels.
package struct QuestionDesk: Sendable {
    let engines: Engines
    let settings: LaunchSettings
    let clock: any Clock<Duration>
    let instance: Identifier

    /// The largest description that is read, in bytes.
    static let longestDescription = 16 << 20

    /// A desk.
    ///
    /// - Parameters:
    ///   - engines: the engines asked.
    ///   - settings: what a run gets from this host, and a probe too.
    ///   - clock: what a probe's patience is measured with.
    ///   - instance: the identity of the controller that asks.
    package init(engines: Engines, settings: LaunchSettings, clock: any Clock<Duration>, instance: Identifier) {
        self.instance = instance
        self.engines = engines
        self.settings = settings
        self.clock = clock
    }

    /// The engine of containers.
    var engine: any ContainerEngine { engines[.docker] ?? AbsentEngine(kind: .docker) }

    /// The answer to a question; what goes wrong is an answer too.
    ///
    /// - Parameter tell: is told how far a pull is, which may take long. Defaults to nobody.
    package func answer(
        _ task: AgentTask, telling tell: @escaping PullListener = { _ in true }
    ) async -> AgentTaskAnswer {
        switch task.question {
        case .describeImage(let image, _):
            if let program = ProgramReference.path(image) { return await describe(program: program, task: task.id) }
            if let pull = task.pull { return await describe(image, task: task.id, pulling: pull, telling: tell) }
            return await describe(image, task: task.id)
        case .probe(let image, let container, let apiURL):
            guard case .description(let description) = await describe(image, task: task.id) else {
                return .failed(
                    message: "\(image) is not a flow image on this host: a probe is run by the program of a flow image")
            }
            return await probe(image, program: description.program, container, apiURL: apiURL, task: task.id)
        }
    }

    /// Reads the description out of a container that is created and never started.
    func describe(_ image: String, task: Identifier) async -> AgentTaskAnswer {
        do throws(EngineFault) {
            let spec = inert(image, task: task)
            let bytes = try await withContainer(spec, on: engine) { id throws(EngineFault) in
                try await engine.file(ImageDescription.path, in: id, limit: Self.longestDescription)
            }
            let platform = await platform(of: image)
            guard let bytes else { return .noDescription(image: image, platform: platform) }
            guard case .description(var description) = Self.read(bytes, of: image) else {
                return Self.read(bytes, of: image)
            }
            description.platform = platform
            return .description(description)
        } catch {
            guard case .noSuchImage = error else { return .failed(message: "\(image) could not be read: \(error)") }
            return await missing(image)
        }
    }

    /// What the image is built for; where the engine does not say it now, nothing depends on it.
    private func platform(of image: String) async -> ImagePlatform? {
        do throws(EngineFault) { return try await engine.platform(of: image) } catch { return nil }
    }

    static func read(_ bytes: [UInt8], of image: String) -> AgentTaskAnswer {
        do {
            let description = try JSONDecoder().decode(ImageDescription.self, from: Data(bytes))
            guard description.orch <= ImageDescription.protocolVersion else {
                return .failed(
                    message: "\(image) is built for version \(description.orch) of orch's protocol, this agent knows "
                        + "\(ImageDescription.protocolVersion): update the agent")
            }
            return .description(description)
        } catch {
            return .failed(
                message: "\(ImageDescription.path) in \(image) is not a description: \(error); build the image again "
                    + "with `RUN PROGRAM describe --json > \(ImageDescription.path)`")
        }
    }

    private func missing(_ image: String) async -> AgentTaskAnswer {
        .noImage(image: image, available: await available(near: image))
    }

    /// The images of the host, nearest names first.
    func available(near image: String) async -> [String] {
        let names: [String]
        do throws(EngineFault) { names = try await engine.imageNames() } catch { names = [] }
        let near = NearestName.nearest(to: image, in: names)
        return near + names.filter { !near.contains($0) }.sorted()
    }

    /// A container, or a process, that is looked into and gets nothing of a run's.
    func inert(_ image: String, task: Identifier) -> ContainerSpec {
        var spec = ContainerSpec.inert(name: Self.name("describe"), image: image)
        spec.labels = labels(of: task)
        return spec
    }

    /// Another name each time: a question that is asked again does not meet what it left the first time.
    static func name(_ purpose: String) -> String { "orch-\(purpose)-\(Identifier.new())" }

    /// What the container of a question is known by.
    func labels(of task: Identifier) -> [String: String] {
        ContainerLabels.labels(ofQuestion: task, instance: instance, agent: settings.agent)
    }

    /// Does something with a container, or a process, that is removed afterwards, whatever happens.
    func withContainer<Value: Sendable>(
        _ spec: ContainerSpec, on engine: any ContainerEngine,
        _ body: @Sendable (String) async throws(EngineFault) -> Value
    ) async throws(EngineFault) -> Value {
        let id = try await engine.create(spec)
        let result: Result<Value, EngineFault>
        do throws(EngineFault) { result = .success(try await body(id)) } catch { result = .failure(error) }
        // Not in this task: it may be cancelled, and the container has to go all the same.
        let removal = await Task { () -> Result<Void, EngineFault> in
            do throws(EngineFault) { return .success(try await engine.remove(id, force: true)) } catch {
                return .failure(error)
            }
        }.value
        let value = try result.get()
        try removal.get()
        return value
    }
}

extension ContainerSpec {
    /// A container that is looked into and never started.
    static func inert(name: String, image: String) -> ContainerSpec {
        ContainerSpec(
            name: name, image: image, command: ["describe"], environment: [:], labels: [:], network: "none",
            furtherNetworks: [], extraHosts: [], mounts: [], tmpfs: [:], memory: nil, memorySwap: nil,
            sharedMemory: nil, nanoCPUs: nil, pidsLimit: Int64(defaultPidsLimit), user: nil, isReadOnly: false,
            platform: nil, pullPolicy: .never, removePolicy: .always, stopGrace: .zero)
    }
}
