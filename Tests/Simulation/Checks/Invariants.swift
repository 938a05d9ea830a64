import OrchInfrastructure
import OrchModel
import OrchStore

/// What holds at every moment of every history.
///
/// One exception is the design's own: an attempt whose agent has been silent for a lease and the grace of lost claims, and
/// that nobody has told of a container, is *released*; its run goes to another agent, or is Cancelled. A container that
/// the silent agent has made all the same lives until that agent hears that it is fenced.
final class Invariants: @unchecked Sendable {
    unowned let world: World
    /// What was violated first; nil while nothing is.
    private(set) var violation: String?
    private var changed: Set<Identifier> = []
    private var judged: Set<AttemptKey> = []
    private var ended: [Identifier: RunState] = [:]

    var isViolated: Bool { violation != nil }

    init(world: World) { self.world = world }

    func violate(_ text: String) {
        guard violation == nil else { return }
        violation = text
        world.history.note("VIOLATION") { text }
    }

    // MARK: at every step

    /// A run entered a state. Its attempt ends where it ends, or waits for another one.
    func hasEntered(_ run: Identifier, _ state: StateType) {
        if state.isTerminal || state == .scheduled || ended[run] != nil { changed.insert(run) }
    }

    /// Looks at what has changed since the last step.
    func check() {
        guard !changed.isEmpty else { return }
        let runs = changed
        changed = []
        do {
            for planned in world.plannedRuns where runs.contains(planned.id) { try check(planned) }
        } catch {
            violate("the store cannot be read: \(error)")
        }
    }

    private func check(_ planned: PlannedRun) throws {
        let id = planned.id
        let (run, attempts) = try world.ask { store in (try await store.run(id), try await store.attempts(of: id)) }
        guard let run else { return }
        for attempt in attempts where attempt.state.type.isTerminal || attempt.state.awaitsReschedule {
            let key = AttemptKey(run: id, attempt: attempt.number)
            guard judged.insert(key).inserted else { continue }
            world.history.note("store") {
                "\(world.name(of: key)) is \(attempt.state.name): \(attempt.state.message) (\(attempt.state.actor))"
            }
            world.history.saw(attempt.state.isRelease ? "attempts released" : "attempts \(attempt.state.name)")
            judge(attempt, of: planned, run)
        }
        if let end = ended[id], run.state != end { violate("run \(planned.number) was \(end.name), and went on") }
        if run.state.type.isTerminal, run.state.type != .completed, planned.isWorthRetrying,
            !world.retried.contains(id)
        {
            try judgeEnd(of: planned, run, attempts)
            world.retry(planned)
        } else if run.state.type.isTerminal, ended[id] == nil, run.retry != nil || !world.retried.contains(id) {
            ended[id] = run.state
            world.history.note("store") {
                "run \(planned.number) is \(run.state.name): \(run.state.message) (\(run.state.actor))"
            }
            try judgeEnd(of: planned, run, attempts)
        }
    }

    /// A container was created; no other of its attempt is there.
    func hasCreated(_ container: SimulatedContainer) {
        let those = world.agents.flatMap(\.engine.containers).filter { $0.isThere && $0.key == container.key }
        if those.count > 1 { violate("\(world.name(of: container.key)) has \(those.count) containers") }
    }

    /// A process was started.
    func hasStarted(_ container: SimulatedContainer) {
        let key = container.key
        let siblings = world.agents.flatMap(\.engine.containers).filter { $0.key.run == key.run }
        let starts = siblings.filter { $0.key == key }.reduce(0) { $0 + $1.starts }
        if starts > 1 { violate("\(world.name(of: key)) was started \(starts) times") }
        let attempts: [RunAttempt]
        do {
            attempts = try world.ask { try await $0.attempts(of: key.run) }
        } catch {
            return violate("the store cannot be read: \(error)")
        }
        func state(of key: AttemptKey) -> RunState? { attempts.first { $0.number == key.attempt }?.state }
        if let own = state(of: key), own.type.isTerminal, !own.isRelease {
            violate("\(world.name(of: key)) was started, though it had ended: \(own.name)")
        }
        for other in siblings where other !== container && other.isLive {
            if other.key == key {
                violate("\(world.name(of: key)) has two live containers")
            } else {
                world.history.saw("containers started beside one of a released attempt")
            }
            if other.key != key, let older = state(of: other.key.attempt < key.attempt ? other.key : key),
                !older.isRelease
            {
                violate("\(world.name(of: key)) was started while \(world.name(of: other.key)) lives")
            }
        }
    }

    /// A poll was sent.
    func hasPolled(_ agent: String, capacity: Int) {
        world.agents.first { $0.name == agent }?.lastCapacity = capacity
        if capacity < 0 || capacity > SimulatedAgent.limit { violate("\(agent) has room for \(capacity) runs") }
    }

    /// The container of an attempt: the one that was started, else the last one made.
    func container(of key: AttemptKey) -> SimulatedContainer? {
        let all = world.agents.flatMap(\.engine.containers).filter { $0.key == key }
        return all.first { $0.starts > 0 } ?? all.last
    }

    // MARK: at the end

    /// Whether nothing is left to be done.
    func hasSettled() -> Bool { whatIsLeft() == nil }

    /// Looks at the whole history.
    func checkEnd() {
        if let left = whatIsLeft() {
            return violate("\(World.patience.components.seconds) s after the last fault \(left)")
        }
        do {
            for planned in world.plannedRuns where !isViolated {
                if let state = try LogCheck(world: world, planned: planned).problem() { violate(state) }
                if let state = try historyProblem(planned) { violate(state) }
            }
        } catch {
            violate("the store cannot be read: \(error)")
        }
    }

    /// What is not as it should be once all is done; nil where nothing is.
    private func whatIsLeft() -> String? {
        if let run = world.plannedRuns.first(where: { ended[$0.id] == nil }) {
            return "run \(run.number) has not ended"
        }
        for agent in world.agents {
            for container in agent.engine.present {
                let name = "the container of \(world.name(of: container.key))"
                if container.isLive { return "\(name) lives" }
                if mustGo(container) { return "\(name) is there, though it is to be removed" }
            }
            if agent.lastCapacity != SimulatedAgent.limit {
                let room = agent.lastCapacity.map(String.init) ?? "no"
                return "\(agent.name) has room for \(room) of \(SimulatedAgent.limit) runs"
            }
            if let name = agent.memory?.sorted().first { return "\(agent.name) remembers \(name)" }
        }
        return nil
    }

    private func mustGo(_ container: SimulatedContainer) -> Bool {
        switch container.run.removal {
        case .always: true
        // One that nobody needs any more is kept, too, where the block says so.
        case .onSuccess, .never: false
        }
    }

    /// Every step of a run's states is one that the table allows, and no time lies before that of the state before.
    private func historyProblem(_ planned: PlannedRun) throws -> String? {
        let id = planned.id
        let states = try world.ask { try await $0.states(of: id) }
        for (before, after) in zip(states, states.dropFirst())
        where before.type != after.type && !before.type.successors.contains(after.type) {
            // The end of an attempt that another follows is the attempt's, not the run's.
            return "run \(planned.number) went from \(before.name) to \(after.name)"
        }
        let resurrections = zip(states, states.dropFirst()).count { $0.type.isTerminal && $1.type == .scheduled }
        if resurrections > (world.retried.contains(id) ? 1 : 0) {
            return "run \(planned.number) left its end \(resurrections) times"
        }
        if let (before, after) = zip(states, states.dropFirst()).first(where: { $0.at > $1.at }) {
            return "run \(planned.number) was \(before.name) at \(before.at), and then \(after.name) at \(after.at)"
        }
        guard let last = states.last, last == ended[id] else {
            return "run \(planned.number) is not what its history ends with"
        }
        return nil
    }
}

extension RunState {
    /// Whether the controller gave the attempt up without knowing of a container.
    var isRelease: Bool { actor == "server" && message.contains("never came back") }
}
