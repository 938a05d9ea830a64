import OrchInfrastructure
import OrchModel

/// A container engine of one host, with the habits of the real one: names in use are refused, a wait for a container that
/// never started answers at once, streams break without an error, and a daemon that is killed loses lines.
final class SimulatedEngine: @unchecked Sendable {
    let host: String
    let world: World
    let process: SimulatedProcess
    /// Every container that ever was, oldest first.
    private(set) var containers: [SimulatedContainer] = []
    var images: Set<String> = [PlannedRun.images.here]
    /// Whether nobody answers.
    private(set) var isAway = false
    /// How long a call takes at most, in milliseconds.
    var slowness = 8
    /// In how many of a hundred calls the answer is lost.
    var repliesLost = 0
    /// Grows when all connections break.
    private(set) var epoch = 0

    private var lastID = 0
    private var watchers: [() -> Void] = []

    var scheduler: Scheduler { world.scheduler }
    private var time: Timestamp { process.wallClock }

    init(host: String, world: World) {
        self.host = host
        self.world = world
        process = SimulatedProcess("engine of \(host)", world.scheduler)
    }

    /// Containers that are there.
    var present: [SimulatedContainer] { containers.filter(\.isThere) }

    func find(_ id: String) -> SimulatedContainer? {
        containers.last { $0.isThere && ($0.id == id || $0.spec.name == id) }
    }

    /// Does something at the next change of anything here, once.
    func watch(_ action: @escaping () -> Void) { watchers.append(action) }

    private func changed() {
        let waiting = watchers
        watchers = []
        for action in waiting { action() }
    }

    private func note(_ text: @autoclosure () -> String, _ container: SimulatedContainer? = nil) {
        world.history.note("engine \(host)") {
            container.map { "\(world.name(of: $0.key)) [\($0.id)] \(text())" } ?? text()
        }
    }

    // MARK: what its API does

    func create(_ spec: ContainerSpec) throws(EngineFault) -> String {
        guard images.contains(spec.image) else { throw .noSuchImage(spec.image) }
        if !world.mutations.contains(.namesAreNotUnique), present.contains(where: { $0.spec.name == spec.name }) {
            note("create \(spec.name): the name is in use")
            throw .nameInUse("Conflict. The container name \"/\(spec.name)\" is already in use")
        }
        guard let key = ContainerLabels.attempt(of: spec.labels), let run = world.plannedRun(key.run) else {
            throw .refused(status: 400, message: "the simulation knows no such run")
        }
        lastID += 1
        let container = SimulatedContainer(
            id: "\(host)-c\(lastID)", key: key, spec: spec, run: run, createdAt: time)
        containers.append(container)
        note("created", container)
        world.invariants.hasCreated(container)
        changed()
        return container.id
    }

    func start(_ id: String) throws(EngineFault) {
        guard let container = find(id) else { throw .notFound("No such container: \(id)") }
        guard !container.status.isLive else { return }
        if container.program.end == .failsToStart {
            container.exitCode = 127
            container.error = "exec: \"nope\": executable file not found in $PATH"
            note("cannot be started", container)
            throw .refused(status: 400, message: container.error)
        }
        container.starts += 1
        container.life += 1
        container.status = .running
        container.startedAt = time
        container.finishedAt = nil
        note("started", container)
        world.invariants.hasStarted(container)
        run(container)
        changed()
    }

    /// Lets its process print and end, step by step.
    private func run(_ container: SimulatedContainer, from index: Int = 0) {
        let life = container.life
        guard index < container.program.lines.count else {
            let ending = container.program.end
            scheduler.after(.milliseconds(1)) { [self] in
                guard container.life == life, container.isLive else { return }
                switch ending {
                case .exit(let code):
                    if container.program.endsUnfinished {
                        container.print("no newline", isError: false, isComplete: false, at: time)
                    }
                    if let outcome = container.program.outcome { container.say(outcome, at: time) }
                    end(container, code: code, by: .itself)
                case .outOfMemory:
                    container.oomKilled = true
                    end(container, code: 137, by: .memory)
                case .runsOn, .failsToStart: return
                }
            }
            return
        }
        let line = container.program.lines[index]
        scheduler.after(line.delay) { [self] in
            guard container.life == life, container.isLive else { return }
            container.print(
                "line \(index + 1) of \(world.name(of: container.key))", isError: line.isError, at: time)
            if isAway, daemonIsDead, scheduler.random.chance(30) {
                container.printed[container.printed.count - 1].isKept = false
            }
            changed()
            run(container, from: index + 1)
        }
    }

    private func end(_ container: SimulatedContainer, code: Int, by cause: SimulatedContainer.Cause) {
        container.life += 1
        container.status = .exited
        container.exitCode = code
        container.finishedAt = time
        container.endedBy = cause
        note("exited with \(code), ended by \(cause.rawValue)", container)
        changed()
    }

    /// Sends SIGTERM and, after the grace, SIGKILL; calls `done` once it has ended.
    func stop(_ container: SimulatedContainer, grace: Duration, by cause: SimulatedContainer.Cause) {
        guard container.isLive else { return }
        if world.mutations.contains(.stopDoesNothing), cause == .orch { return }
        note("SIGTERM from \(cause.rawValue)", container)
        container.signals.insert(15)
        container.stoppedBy.insert(cause)
        let life = container.life
        if !container.isTerminating, let delay = container.program.afterTermination {
            container.isTerminating = true
            scheduler.after(delay) { [self] in
                guard container.life == life, container.isLive else { return }
                container.print("asked to end", isError: false, at: time)
                container.say(.cancelled, at: time)
                end(container, code: container.program.codeOfStop ?? 130, by: cause)
            }
        }
        let epoch = epoch
        scheduler.after(grace) { [self] in
            // A daemon that was killed meanwhile kills nobody.
            guard container.life == life, container.isLive, self.epoch == epoch || !daemonWasKilled else { return }
            container.signals.insert(9)
            end(container, code: 137, by: cause)
        }
    }

    func remove(_ id: String, force: Bool, by cause: SimulatedContainer.Cause) throws(EngineFault) {
        guard let container = find(id) else { return }
        if world.mutations.contains(.removalDoesNothing), cause == .orch { return }
        if container.isLive {
            guard force else {
                throw .refused(status: 409, message: "You cannot remove a running container \(id)")
            }
            container.signals.insert(9)
            container.stoppedBy.insert(cause)
            end(container, code: 137, by: cause)
        }
        container.removedBy = cause
        note("removed by \(cause.rawValue)", container)
        changed()
    }

    // MARK: what happens to it

    private var daemonIsDead = false
    private var daemonWasKilled = false

    /// Nobody answers any more, and all connections break; containers run on.
    func goAway() {
        guard !isAway else { return }
        note("does not answer")
        isAway = true
        breakConnections()
    }

    /// The daemon is killed: what it had not written down is lost.
    func killDaemon(keepsContainers: Bool) {
        guard !isAway else { return }
        note("the daemon is killed, containers \(keepsContainers ? "run on" : "end with it")")
        (isAway, daemonIsDead, daemonWasKilled) = (true, true, true)
        // It keeps no memory of events over its end.
        for container in present where container.starts > 0 { (container.isForgotten, container.signals) = (true, []) }
        for container in present where container.isLive {
            var unread = container.kept.count - container.linesGiven
            for index in container.printed.indices.reversed() where unread > 0 && container.printed[index].isKept {
                unread -= 1
                if scheduler.random.chance(40) { container.printed[index].isKept = false } else { break }
            }
            if scheduler.random.chance(20), container.tornAfter == nil {
                container.tornAfter = max(container.linesGiven, container.kept.count)
                note("its log is torn after \(container.kept.count) lines", container)
            }
            if !keepsContainers { end(container, code: 137, by: .daemon) }
        }
        breakConnections()
    }

    /// It answers again.
    func comeBack() {
        guard isAway else { return }
        note("answers again")
        (isAway, daemonIsDead) = (false, false)
        changed()
    }

    /// All streams and waits end.
    func breakConnections() {
        epoch += 1
        changed()
    }

    /// Somebody outside orch does something to one of its containers.
    func interfere(_ deed: Interference) {
        guard let container = scheduler.random.pick(present.filter { deed == .remove || $0.isLive }) else { return }
        note("somebody outside orch: \(deed.rawValue)", container)
        switch deed {
        case .kill:
            container.signals.insert(9)
            container.stoppedBy.insert(.outsider)
            end(container, code: 137, by: .outsider)
        case .stop: stop(container, grace: .seconds(2), by: .outsider)
        case .remove:
            do throws(EngineFault) { try remove(container.id, force: true, by: .outsider) } catch { note("\(error)") }
        case .outOfMemory:
            container.oomKilled = true
            end(container, code: 137, by: .memory)
        }
    }

    enum Interference: String, Sendable, CaseIterable {
        case kill, stop, remove, outOfMemory
    }
}
