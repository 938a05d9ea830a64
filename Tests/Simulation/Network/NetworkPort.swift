import OrchAgent
import OrchInfrastructure
import OrchModel
import OrchServer

/// What happens to calls between one agent's host and the controllers.
final class Link: @unchecked Sendable {
    /// Whether nothing passes.
    var isCut = false
    /// Of a hundred calls: whose request is lost, whose answer is lost, that arrive twice, that arrive late.
    var requestsLost = 0
    var repliesLost = 0
    var doubled = 0
    var late = 0
    /// How long a message takes at most, in milliseconds.
    var slowness = 20

    func heal() {
        isCut = false
        (requestsLost, repliesLost, doubled, late) = (0, 0, 0, 0)
        slowness = 20
    }
}

/// The controllers as one agent process reaches them: behind one address, over a network that loses, delays, doubles and
/// reorders.
struct NetworkPort: ControllerAPI {
    let world: World
    let process: SimulatedProcess
    let link: Link
    let agent: String

    /// How long a client waits for an answer that may come at once.
    private static let patience = Duration.seconds(10)

    private typealias Handler<Value> = @Sendable (WorkOffice, Hangup) async throws -> Value

    private func call<Value: Sendable>(
        _ label: @autoclosure @escaping @Sendable () -> String, holding: Duration = .zero,
        _ handler: @escaping Handler<Value>
    ) async throws(ControllerFault) -> Value {
        guard !process.isDead, !Task.isCancelled else { throw .cancelled }
        let (scheduler, link, world) = (world.scheduler, link, world)
        let reply = Reply<Result<Value, ControllerFault>>()
        let hangup = Hangup()
        let timeout = scheduler.after(Self.patience + holding) {
            reply.resolve(.failure(.unreachable("no answer in time")))
            hangup.hangUp()
        }
        let isDoubled = scheduler.random.chance(link.doubled)
        for copy in 0...(isDoubled ? 1 : 0) {
            let isLate = copy == 1 || scheduler.random.chance(link.late)
            let delay = isLate ? scheduler.random.milliseconds(20...25_000) : latency()
            if scheduler.random.chance(link.requestsLost) {
                world.history.note(agent) { "\(label()): the request is lost" }
                continue
            }
            scheduler.after(delay) { [agent] in
                if isLate { world.history.note(agent) { "\(label()) arrives \(copy == 1 ? "again" : "late")" } }
                deliver(to: reply, copy == 0 ? hangup : Hangup(), label, handler)
            }
        }
        let result = await reply.value(ifCancelled: .failure(.cancelled))
        scheduler.forget(timeout)
        if case .failure(.cancelled) = result { scheduler.after(latency()) { hangup.hangUp() } }
        return try result.get()
    }

    private func deliver<Value: Sendable>(
        to reply: Reply<Result<Value, ControllerFault>>, _ hangup: Hangup, _ label: @escaping @Sendable () -> String,
        _ handler: @escaping Handler<Value>
    ) {
        let (scheduler, link) = (world.scheduler, link)
        guard !link.isCut else { return }
        guard let controller = scheduler.random.pick(world.controllers), controller.isUp, let office = controller.office
        else {
            return reply.resolve(.failure(.unreachable("connection refused")))
        }
        let process = controller.process
        process.spawn { [world, agent] in
            let result: Result<Value, ControllerFault>
            do {
                result = .success(try await handler(office, hangup))
            } catch {
                let (status, fault) = WorkOffice.refusal(error)
                result = .failure(ControllerFault(status: status, fault))
            }
            guard !process.isDead else { return reply.resolve(.failure(.unreachable("connection reset"))) }
            let isLost = link.isCut || scheduler.random.chance(link.repliesLost)
            if isLost { world.history.note(agent) { "\(label()): the answer is lost" } }
            guard !isLost else { return }
            scheduler.after(latency()) { if !link.isCut { reply.resolve(result) } }
        }
    }

    private func latency() -> Duration { world.scheduler.random.milliseconds(0...link.slowness) }

    func identity() async throws(ControllerFault) -> Identifier {
        try await call("identity") { _, _ in World.instance }
    }

    func poll(_ poll: WorkPoll) async throws(ControllerFault) -> WorkReply {
        world.invariants.hasPolled(agent, capacity: poll.capacity)
        var reply = try await call("poll", holding: .seconds(poll.waitSeconds)) { office, hangup in
            try await office.poll(poll) { hangup.action = $0 }
        }
        reply.runs = reply.runs.map(world.dressed)
        return reply
    }

    func held(by agent: String) async throws(ControllerFault) -> [ClaimedRun] {
        let isMute = world.mutations.contains(.heldAttemptsAreForgotten)
        return try await call("held") { office, _ in isMute ? [] : try await office.held(by: agent) }
            .map(world.dressed)
    }

    func renew(_ renewal: LeaseRenewal) async throws(ControllerFault) -> LeaseReply {
        try await call("renew \(renewal.held.count)") { office, _ in try await office.renew(renewal) }
    }

    func leave(_ farewell: AgentFarewell) async throws(ControllerFault) {
        try await call("leave") { office, _ in try await office.leave(farewell) }
    }

    func send(_ report: AttemptReport, run: Identifier, attempt: Int) async throws(ControllerFault) {
        let (world, key) = (world, AttemptKey(run: run, attempt: attempt))
        let report = world.mutate(report)
        try await call(
            "report on \(world.name(of: key)): \(report.records.count) lines\(report.state.map { ", \($0.name)" } ?? "")"
        ) { office, _ in
            let (taken, attempt) = world.taken(report, of: key)
            try await office.report(taken, run: run, attempt: attempt)
        }
    }

    func send(_ answer: AgentTaskAnswer, to task: Identifier) async throws(ControllerFault) {
        throw .unknown("nobody asks")
    }
}

/// Tells a controller that who asks has gone away.
final class Hangup: @unchecked Sendable {
    private var isGone = false
    var action: (@Sendable () -> Void)? {
        didSet { if isGone { action?() } }
    }

    func hangUp() {
        isGone = true
        action?()
    }
}

extension ControllerFault {
    /// What an agent makes of a refusal, as its client does.
    init(status: Int, _ fault: APIFault) {
        switch (status, fault.code) {
        case (409, "stale"): self = .stale
        case (409, _): self = .conflict(fault.message)
        case (404, _): self = .unknown(fault.message)
        case (500..., _), (429, _): self = .unreachable(fault.message)
        default: self = .refused(status: status, fault.message)
        }
    }
}
