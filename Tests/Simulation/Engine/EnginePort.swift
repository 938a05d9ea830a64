import OrchInfrastructure
import OrchModel

/// An engine as one agent process reaches it: every call takes time, and may be without an answer.
struct EnginePort: ContainerEngine {
    let engine: SimulatedEngine
    let process: SimulatedProcess

    private var scheduler: Scheduler { engine.scheduler }

    /// Does something at the engine some time later, and tells what came of it some time after that.
    private func call<Value: Sendable>(
        _ body: @escaping () throws(EngineFault) -> Value
    ) async throws(EngineFault) -> Value {
        try await call { finish in
            let result: Result<Value, EngineFault>
            do throws(EngineFault) { result = .success(try body()) } catch { result = .failure(error) }
            finish(result)
        }
    }

    /// The same for what takes the engine itself some time.
    private func call<Value: Sendable>(
        _ body: @escaping (@escaping (Result<Value, EngineFault>) -> Void) -> Void
    ) async throws(EngineFault) -> Value {
        guard !process.isDead, !Task.isCancelled else { throw .cancelled }
        let reply = Reply<Result<Value, EngineFault>>()
        let engine = engine
        scheduler.after(latency()) {
            guard !engine.isAway else {
                return reply.resolve(.failure(.unreachable("is the Docker daemon running?")))
            }
            let epoch = engine.epoch
            var isOver = false
            body { result in
                guard !isOver else { return }
                isOver = true
                let isLost = engine.epoch != epoch || engine.scheduler.random.chance(engine.repliesLost)
                engine.scheduler.after(latency()) {
                    reply.resolve(isLost ? .failure(.unreachable("the answer broke off")) : result)
                }
            }
            guard !isOver else { return }
            // It takes its time: a connection that breaks meanwhile ends the call.
            whenBroken(since: epoch) {
                guard !isOver else { return }
                isOver = true
                reply.resolve(.failure(.unreachable("the connection broke")))
            }
        }
        return try await reply.value(ifCancelled: .failure(.cancelled)).get()
    }

    private func whenBroken(since epoch: Int, _ action: @escaping () -> Void) {
        guard engine.epoch == epoch else { return action() }
        engine.watch { whenBroken(since: epoch, action) }
    }

    private func latency() -> Duration { scheduler.random.milliseconds(0...engine.slowness) }

    func facts() async throws(EngineFault) -> EngineFacts {
        let host = engine.host
        return try await call { () throws(EngineFault) in EngineFacts(version: "20.10.24", host: host) }
    }

    func create(_ spec: ContainerSpec) async throws(EngineFault) -> String {
        try await call { [engine] () throws(EngineFault) in try engine.create(spec) }
    }

    func start(_ id: String) async throws(EngineFault) {
        try await call { [engine] () throws(EngineFault) in try engine.start(id) }
    }

    func inspect(_ id: String) async throws(EngineFault) -> ContainerSnapshot {
        try await call { [engine] () throws(EngineFault) in
            guard let container = engine.find(id) else { throw .notFound("No such container: \(id)") }
            var snapshot = container.snapshot
            if engine.world.mutations.contains(.exitCodesAreForgotten) { snapshot.exitCode = 0 }
            return snapshot
        }
    }

    func exit(of id: String, next: Bool) async throws(EngineFault) -> any PendingExit {
        try await call { [engine, process] () throws(EngineFault) in
            guard let container = engine.find(id) else { throw .notFound("No such container: \(id)") }
            return PortExit(engine: engine, process: process, container: container, next: next, epoch: engine.epoch)
        }
    }

    func output(of id: String, follow: Bool, tail: Int?) async throws(EngineFault) -> any ContainerOutput {
        let output = try await call { [engine, process] () throws(EngineFault) -> PortOutput in
            guard let container = engine.find(id) else { throw .notFound("No such container: \(id)") }
            let given = tail.map { max(0, container.readable.count - $0) } ?? 0
            return PortOutput(
                engine: engine, process: process, container: container, follow: follow, epoch: engine.epoch,
                given: given)
        }
        return output
    }

    func hints(of snapshot: ContainerSnapshot) async throws(EngineFault) -> EndingHints {
        try await call { [engine] () throws(EngineFault) in
            guard let container = engine.find(snapshot.id) else { return EndingHints() }
            if engine.world.mutations.contains(.stopsAreForgotten) { return EndingHints(sawEnd: true, isWhole: true) }
            return EndingHints(
                signals: container.signals, sawOutOfMemory: container.oomKilled, isWhole: !container.isForgotten,
                sawStop: !container.isForgotten && !container.stoppedBy.isEmpty)
        }
    }

    func stop(_ id: String, grace: Duration) async throws(EngineFault) -> Bool {
        try await call { [engine] (finish: @escaping (Result<Bool, EngineFault>) -> Void) in
            guard let container = engine.find(id) else {
                return finish(.failure(.notFound("No such container: \(id)")))
            }
            let isLive = container.isLive
            engine.stop(container, grace: grace, by: .orch)
            func look() {
                let ends = !container.isLive || engine.world.mutations.contains(.stopDoesNothing)
                if ends { finish(.success(isLive)) } else { engine.watch(look) }
            }
            look()
        }
    }

    /// No run of the workload is paused.
    func pause(_ id: String) async throws(EngineFault) { throw .refused(status: 500, message: "it freezes nothing") }

    func unpause(_ id: String) async throws(EngineFault) { throw .refused(status: 500, message: "it freezes nothing") }

    func remove(_ id: String, force: Bool) async throws(EngineFault) {
        try await call { [engine] () throws(EngineFault) in try engine.remove(id, force: force, by: .orch) }
    }

    func list(label: String, value: String, sizes: Bool) async throws(EngineFault) -> [ContainerSummary] {
        try await call { [engine] () throws(EngineFault) in
            engine.present.filter { $0.spec.labels[label] == value }.map(\.summary)
        }
    }

    func imageNames() async throws(EngineFault) -> [String] {
        try await call { [engine] () throws(EngineFault) in engine.images.sorted() }
    }

    func pull(
        _ image: String, platform: String?, login: RegistryLogin?, idle: Duration?,
        progress: @escaping @Sendable (PullStep) -> Void
    ) async throws(EngineFault) {
        try await call { [engine] (finish: @escaping (Result<Void, EngineFault>) -> Void) in
            engine.scheduler.after(engine.scheduler.random.milliseconds(200...4000)) {
                guard image != PlannedRun.images.nowhere else {
                    return finish(.failure(.pull(.notFound, message: "manifest for \(image) not found")))
                }
                engine.images.insert(image)
                finish(.success(()))
            }
        }
    }

    func file(_ path: String, in id: String, limit: Int) async throws(EngineFault) -> [UInt8]? {
        try await call { [engine] () throws(EngineFault) in
            guard let container = engine.find(id) else { throw .notFound("No such container: \(id)") }
            let (run, attempt) = (container.key.run, container.key.attempt)
            let paths = StreamJournal.paths(in: StreamJournal.folders[0], run: run, attempt: attempt)
            return path == paths[0] && container.nonce != nil ? container.journal : nil
        }
    }
}

extension SimulatedContainer {
    /// What a reading from the first line gives.
    var readable: [OutputLine] { tornAfter.map { Array(kept.prefix($0)) } ?? kept }
}

/// Waits for an end as the engine does.
private struct PortExit: PendingExit {
    let engine: SimulatedEngine
    let process: SimulatedProcess
    let container: SimulatedContainer
    let next: Bool
    let epoch: Int

    func code() async throws(EngineFault) -> Int {
        guard !process.isDead else { throw .cancelled }
        let reply = Reply<Result<Int, EngineFault>>()
        look(reply)
        return try await reply.value(ifCancelled: .failure(.cancelled)).get()
    }

    private func look(_ reply: Reply<Result<Int, EngineFault>>) {
        guard !reply.isGiven else { return }
        let isPending = container.isLive || (next && container.starts == 0 && container.isThere)
        let result: Result<Int, EngineFault>? =
            if engine.epoch != epoch { .failure(.unreachable("the connection broke")) } else if isPending { nil } else {
                .success(engine.world.mutations.contains(.exitCodesAreForgotten) ? 0 : container.exitCode)
            }
        guard let result else { return engine.watch { look(reply) } }
        engine.scheduler.after(engine.scheduler.random.milliseconds(0...engine.slowness)) { reply.resolve(result) }
    }
}

/// Gives lines as they come; one whose connection broke ends early, with an error or without.
private struct PortOutput: ContainerOutput {
    let engine: SimulatedEngine
    let process: SimulatedProcess
    let container: SimulatedContainer
    let follow: Bool
    let epoch: Int
    var given: Int

    mutating func next() async throws(EngineFault) -> [OutputLine]? {
        guard !process.isDead, !Task.isCancelled else { throw .cancelled }
        let reply = Reply<Result<[OutputLine]?, EngineFault>>()
        look(from: given, reply)
        let lines = try await reply.value(ifCancelled: .failure(.cancelled)).get()
        given += lines?.count ?? 0
        return lines
    }

    private func look(from given: Int, _ reply: Reply<Result<[OutputLine]?, EngineFault>>) {
        guard !reply.isGiven else { return }
        let random = { engine.scheduler.random.milliseconds(0...engine.slowness) }
        if engine.epoch != epoch {
            let isSilent = engine.scheduler.random.chance(50)
            return reply.resolve(isSilent ? .success(nil) : .failure(.unreachable("the connection broke")))
        }
        let lines = container.readable
        if lines.count > given {
            let count = engine.scheduler.random.int(1...lines.count - given)
            let batch = Array(lines[given..<given + count])
            container.linesGiven = max(container.linesGiven, given + count)
            engine.scheduler.after(random()) { reply.resolve(.success(batch)) }
        } else if follow, container.isLive, container.tornAfter == nil {
            engine.watch { look(from: given, reply) }
        } else {
            engine.scheduler.after(random()) { reply.resolve(.success(nil)) }
        }
    }
}
