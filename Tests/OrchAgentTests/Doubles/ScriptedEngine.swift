import OrchInfrastructure
import OrchModel
import Synchronization

/// A container engine in memory: containers do what the script says for their command's first word.
final class ScriptedEngine: ContainerEngine {
    /// What a container does.
    struct Script: Sendable {
        enum End: Sendable {
            case exit(Int)
            /// Runs until somebody stops, kills or removes it.
            case runsOn
            /// The kernel kills it for memory.
            case outOfMemory
            /// The engine cannot start it.
            case failsToStart(String)
        }

        var lines: [OutputLine] = []
        var end: End
        /// What it exits with when it is stopped.
        var codeOfStop = 143
        /// Whether it goes on after SIGTERM for as long as its grace lasts.
        var ignoresTermination = false
    }

    struct Container: Sendable {
        var spec: ContainerSpec
        var snapshot: ContainerSnapshot
        var lines: [OutputLine] = []
    }

    private struct State {
        var containers: [String: Container] = [:]
        var images: Set<String> = ["h:1"]
        var registry: Set<String> = []
        var logins: [RegistryLogin?] = []
        var brokenPulls = 0
        var scripts: [String: Script] = [:]
        /// Of every container of an image.
        var files: [String: [UInt8]] = [:]
        /// Journals of run streams, by path.
        var journals: [String: [UInt8]] = [:]
        var hints = EndingHints()
        /// Why no container can be paused.
        var refusesPauses: String?
        var isAway = false
        /// Whether it does not say yet what it is.
        var isSilent = false
        /// What the next calls of a name throw; nil for one that is answered.
        var faults: [String: [EngineFault?]] = [:]
        /// Grows when all connections break.
        var epoch = 0
        var calls: [String] = []
        var graces: [Duration] = []
        var created = 0
    }

    private let state: Mutex<State>
    private let gate = Gate()

    init(_ scripts: [String: Script]) {
        state = Mutex(State())
        state.withLock { $0.scripts = scripts }
    }

    // MARK: what tests do and look at

    /// Calls so far, such as `create`, in order.
    var calls: [String] { state.withLock { $0.calls } }
    /// The time that containers were given to end by themselves, at each stop.
    var graces: [Duration] { state.withLock { $0.graces } }
    var containers: [Container] { state.withLock { Array($0.containers.values) } }

    func change(image: String, isHere: Bool) {
        state.withLock { _ = isHere ? $0.images.insert(image).inserted : $0.images.remove(image) != nil }
    }

    /// The first pulls break off.
    func breakPulls(_ count: Int) { state.withLock { $0.brokenPulls = count } }

    /// Who pulled, in turn.
    var logins: [RegistryLogin?] { state.withLock { $0.logins } }

    func offer(image: String) { state.withLock { _ = $0.registry.insert(image) } }
    func put(file bytes: [UInt8], image: String) { state.withLock { $0.files[image] = bytes } }
    func remember(_ hints: EndingHints) { state.withLock { $0.hints = hints } }
    func put(journal bytes: [UInt8], path: String) { state.withLock { $0.journals[path] = bytes } }

    /// The daemon goes away with all connections, or comes back.
    /// From now on it does not say what it is, until it is told to.
    func setSilent(_ isSilent: Bool) {
        state.withLock { $0.isSilent = isSilent }
        gate.open()
    }

    func setAway(_ isAway: Bool) {
        state.withLock {
            $0.isAway = isAway
            $0.epoch += 1
        }
        gate.open()
    }

    /// The next calls of a name, such as `inspect`, throw these in turn; nil for one that is answered.
    func fail(_ call: String, _ faults: [EngineFault?]) { state.withLock { $0.faults[call] = faults } }

    /// A running container prints.
    func print(_ line: OutputLine, in name: String) {
        update(name) { $0.lines.append(line) }
    }

    /// No container can be paused.
    func refusePauses(_ reason: String) { state.withLock { $0.refusesPauses = reason } }

    /// Somebody pauses or resumes a container by hand.
    func setPaused(_ isPaused: Bool, _ name: String) {
        update(name) { $0.snapshot.status = isPaused ? .paused : .running }
    }

    /// A container ends.
    func end(_ name: String, exitCode: Int) {
        update(name) {
            $0.snapshot.status = .exited
            $0.snapshot.exitCode = exitCode
        }
    }

    /// Somebody removes a container by hand.
    func removeByHand(_ name: String) {
        state.withLock { state in
            state.containers = state.containers.filter { $0.value.spec.name != name }
        }
        gate.open()
    }

    /// Makes a container as an earlier agent would have left it.
    func seed(
        _ claimed: ClaimedRun, lines: [OutputLine] = [], status: ContainerSnapshot.Status, exitCode: Int = 0,
        agent: String? = "a1", finishedAt: Timestamp? = nil
    ) throws {
        var settings = LaunchSettings()
        settings.agent = agent
        let spec = try ContainerSpec(claimed, settings: settings)
        state.withLock { state in
            state.created += 1
            var snapshot = Self.snapshot(id: "c\(state.created)", spec)
            snapshot.status = status
            snapshot.exitCode = exitCode
            snapshot.finishedAt = finishedAt
            if status != .created { snapshot.startedAt = Timestamp(microseconds: 5) }
            state.containers[snapshot.id] = Container(spec: spec, snapshot: snapshot, lines: lines)
        }
    }

    /// Waits until `condition` holds for the containers.
    func until(_ condition: @Sendable ([Container]) -> Bool) async throws {
        try await gate.wait { !condition(containers) }
    }

    /// Waits until a call was made that often.
    func untilCalled(_ call: String, times: Int) async throws {
        try await gate.wait { calls.filter { $0 == call }.count < times }
    }

    private func update(_ name: String, _ change: (inout Container) -> Void) {
        state.withLock { state in
            for (id, container) in state.containers where container.spec.name == name || id == name {
                var container = container
                change(&container)
                state.containers[id] = container
            }
        }
        gate.open()
    }

    private static func snapshot(id: String, _ spec: ContainerSpec) -> ContainerSnapshot {
        ContainerSnapshot(
            id: id, name: spec.name, imageDigest: "sha256:\(spec.image)", labels: spec.labels, status: .created,
            memoryLimit: spec.memory)
    }

    private func enter(_ call: String) throws(EngineFault) {
        let (isAway, fault) = state.withLock { state in
            state.calls.append(call)
            let fault = state.faults[call]?.isEmpty == false ? state.faults[call]?.removeFirst() : nil
            return (state.isAway, fault ?? nil)
        }
        gate.open()
        if let fault { throw fault }
        if isAway { throw .unreachable("is the Docker daemon running?") }
    }

    private func find(_ id: String) throws(EngineFault) -> Container {
        let found = state.withLock { state in
            state.containers[id] ?? state.containers.values.first { $0.spec.name == id }
        }
        guard let found else { throw .notFound("No such container: \(id)") }
        return found
    }

    // MARK: ContainerEngine

    func facts() async throws(EngineFault) -> EngineFacts {
        try enter("facts")
        do { try await gate.wait { state.withLock { $0.isSilent } } } catch { throw .cancelled }
        return EngineFacts(version: "20.10.24", host: "h1")
    }

    func create(_ spec: ContainerSpec) async throws(EngineFault) -> String {
        try enter("create")
        let result: Result<String, EngineFault> = state.withLock { state in
            guard state.images.contains(spec.image) else { return .failure(.noSuchImage(spec.image)) }
            guard !state.containers.values.contains(where: { $0.spec.name == spec.name }) else {
                return .failure(.nameInUse("Conflict. The container name \"/\(spec.name)\" is already in use"))
            }
            state.created += 1
            let id = "c\(state.created)"
            state.containers[id] = Container(spec: spec, snapshot: Self.snapshot(id: id, spec))
            return .success(id)
        }
        gate.open()
        return try result.get()
    }

    func start(_ id: String) async throws(EngineFault) {
        try enter("start")
        let container = try find(id)
        let script = state.withLock { $0.scripts[container.spec.command.first ?? ""] } ?? Script(end: .exit(0))
        if case .failsToStart(let message) = script.end {
            update(id) {
                $0.snapshot.exitCode = 127
                $0.snapshot.error = message
            }
            throw .refused(status: 400, message: message)
        }
        update(id) { container in
            container.snapshot.startedAt = Timestamp(microseconds: 5)
            container.snapshot.status = .running
            container.lines = script.lines
            switch script.end {
            case .exit(let code):
                container.snapshot.status = .exited
                container.snapshot.exitCode = code
            case .outOfMemory:
                container.snapshot.status = .exited
                container.snapshot.exitCode = 137
                container.snapshot.oomKilled = true
            case .runsOn, .failsToStart: break
            }
        }
    }

    func inspect(_ id: String) async throws(EngineFault) -> ContainerSnapshot {
        try enter("inspect")
        return try find(id).snapshot
    }

    func exit(of id: String, next: Bool) async throws(EngineFault) -> any PendingExit {
        try enter("wait")
        _ = try find(id)
        return Exit(engine: self, id: id, next: next, epoch: state.withLock { $0.epoch })
    }

    func output(of id: String, follow: Bool, tail: Int?) async throws(EngineFault) -> any ContainerOutput {
        try enter("logs")
        _ = try find(id)
        return Output(engine: self, id: id, follow: follow, tail: tail, epoch: state.withLock { $0.epoch })
    }

    func hints(of snapshot: ContainerSnapshot) async throws(EngineFault) -> EndingHints {
        try enter("hints")
        return state.withLock { $0.hints }
    }

    func stop(_ id: String, grace: Duration) async throws(EngineFault) -> Bool {
        try enter("stop")
        let container = try find(id)
        guard container.snapshot.isLive else { return false }
        state.withLock { $0.graces.append(grace) }
        gate.open()
        if state.withLock({ $0.scripts[container.spec.command.first ?? ""]?.ignoresTermination == true }) {
            if grace == .zero {
                end(id, exitCode: 137)
                return true
            }
            do {
                try await gate.wait { self.containers.contains { $0.snapshot.id == id && $0.snapshot.isLive } }
            } catch {
                throw .cancelled
            }
            return true
        }
        end(id, exitCode: state.withLock { $0.scripts[container.spec.command.first ?? ""]?.codeOfStop ?? 143 })
        return true
    }

    func pause(_ id: String) async throws(EngineFault) {
        try enter("pause")
        let status = try find(id).snapshot.status
        if let reason = state.withLock({ $0.refusesPauses }) { throw .refused(status: 500, message: reason) }
        guard status == .running else { throw .refused(status: 409, message: "it is \(status.rawValue)") }
        update(id) { $0.snapshot.status = .paused }
    }

    func unpause(_ id: String) async throws(EngineFault) {
        try enter("unpause")
        guard try find(id).snapshot.status == .paused else {
            throw .refused(status: 500, message: "Container \(id) is not paused")
        }
        update(id) { $0.snapshot.status = .running }
    }

    func remove(_ id: String, force: Bool) async throws(EngineFault) {
        try enter("remove")
        state.withLock { state in
            state.containers = state.containers.filter { $0.key != id && $0.value.spec.name != id }
        }
        gate.open()
    }

    func list(label: String, value: String, sizes: Bool) async throws(EngineFault) -> [ContainerSummary] {
        try enter("list")
        return containers.filter { $0.spec.labels[label] == value }.map {
            ContainerSummary(
                id: $0.snapshot.id, name: $0.spec.name, labels: $0.spec.labels, status: $0.snapshot.status,
                createdAt: Timestamp(microseconds: 1), bytes: sizes ? 5 : nil)
        }
    }

    func imageNames() async throws(EngineFault) -> [String] {
        try enter("images")
        return state.withLock { $0.images.sorted() }
    }

    func pull(
        _ image: String, platform: String?, login: RegistryLogin?, idle: Duration?,
        progress: @escaping @Sendable (PullStep) -> Void
    ) async throws(EngineFault) {
        try enter("pull")
        let isBroken = state.withLock { state in
            state.logins.append(login)
            return state.logins.count <= state.brokenPulls
        }
        if isBroken { throw .unreachable("the answer broke off") }
        let isOffered = state.withLock { state in
            guard state.registry.contains(image) else { return false }
            state.images.insert(image)
            return true
        }
        guard isOffered else {
            throw .pull(.unreachable, message: "dial tcp: lookup registry: no such host")
        }
    }

    func file(_ path: String, in id: String, limit: Int) async throws(EngineFault) -> [UInt8]? {
        try enter("archive")
        let image = try find(id).spec.image
        return state.withLock { path.contains("orch-journal") ? $0.journals[path] : $0.files[image] }
    }

    /// Waits for an end as the engine does: `next` takes note of a container that has not started.
    private struct Exit: PendingExit {
        let engine: ScriptedEngine
        let id: String
        let next: Bool
        let epoch: Int

        func code() async throws(EngineFault) -> Int {
            do {
                try await engine.gate.wait { engine.isPending(id, next: next, epoch: epoch) }
            } catch {
                throw .cancelled
            }
            if engine.isBroken(epoch) { throw .unreachable("the connection broke") }
            do throws(EngineFault) { return try engine.find(id).snapshot.exitCode } catch { return 137 }
        }
    }

    /// Gives lines as they come; a broken connection ends early and says nothing, as the real one does.
    private struct Output: ContainerOutput {
        let engine: ScriptedEngine
        let id: String
        let follow: Bool
        let tail: Int?
        let epoch: Int
        var given = 0
        var isFirst = true

        mutating func next() async throws(EngineFault) -> [OutputLine]? {
            if isFirst, let tail {
                given = max(0, try engine.find(id).lines.count - tail)
            }
            isFirst = false
            while true {
                if engine.isBroken(epoch) { return nil }
                let container: ScriptedEngine.Container
                do throws(EngineFault) { container = try engine.find(id) } catch { return nil }
                if container.lines.count > given {
                    defer { given = container.lines.count }
                    return Array(container.lines[given...])
                }
                guard follow, container.snapshot.isLive else { return nil }
                let seen = given
                do {
                    try await engine.gate.wait { engine.isQuiet(id, after: seen, epoch: epoch) }
                } catch {
                    throw .cancelled
                }
            }
        }
    }

    private func isBroken(_ epoch: Int) -> Bool { state.withLock { $0.epoch != epoch } }

    private func isPending(_ id: String, next: Bool, epoch: Int) -> Bool {
        state.withLock { state in
            guard state.epoch == epoch, let container = state.containers[id] else { return false }
            return container.snapshot.isLive || (next && container.snapshot.startedAt == nil)
        }
    }

    private func isQuiet(_ id: String, after count: Int, epoch: Int) -> Bool {
        state.withLock { state in
            guard state.epoch == epoch, let container = state.containers[id] else { return false }
            return container.lines.count == count && container.snapshot.isLive
        }
    }
}

extension OutputLine {
    /// A line of standard output.
    static func out(_ text: String, at microseconds: Int64 = 1) -> OutputLine {
        OutputLine(.stdout, time: Timestamp(microseconds: microseconds), bytes: Array(text.utf8))
    }
}
