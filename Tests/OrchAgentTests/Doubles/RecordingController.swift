import OrchAgent
import OrchInfrastructure
import OrchModel
import Synchronization

/// A controller in memory: hands out what tests queue, keeps what is reported as a store would.
final class RecordingController: ControllerAPI {
    private struct State {
        var queue: [ClaimedRun] = []
        var tasks: [AgentTask] = []
        var cancellations: [WorkReply.Cancellation] = []
        var requests: [WorkReply.Request] = []
        var held: [ClaimedRun] = []
        var reports: [AttemptReport] = []
        var answers: [AgentTaskAnswer] = []
        var renewals: [LeaseRenewal] = []
        var stale: [LeaseRenewal.Held] = []
        var faults: [ControllerFault] = []
        var pollFault: ControllerFault?
        var isAway = false
        var polls: [WorkPoll] = []
        var attempts = 0
        var heldCalls = 0
        var drains = false
        var isHeldBack = false
        var heldBack = 0
        var losesNext = false
        var farewells: [AgentFarewell] = []
        var knowsNoQuestion = false
    }

    private let state = Mutex(State())
    private let gate = Gate()

    private func mutate<Value: Sendable>(_ change: (inout sending State) -> sending Value) -> Value {
        defer { gate.open() }
        return state.withLock(change)
    }

    // MARK: what tests do and look at

    func queue(_ claimed: ClaimedRun) { mutate { $0.queue.append(claimed) } }
    func queue(_ task: AgentTask) { mutate { $0.tasks.append(task) } }
    func hold(_ claimed: ClaimedRun) { mutate { $0.held.append(claimed) } }
    /// From now on polls are told that the agent is to end.
    func drain() { mutate { $0.drains = true } }
    /// Whether the list of held attempts is long on its way.
    func holdBack(_ isHeldBack: Bool) { mutate { $0.isHeldBack = isHeldBack } }
    /// The next answer with runs gets lost, and the list of held attempts is long on its way from then on.
    func loseNextAnswer() { mutate { $0.losesNext = true } }
    func setAway(_ isAway: Bool) { mutate { $0.isAway = isAway } }
    /// The next report meets this fault.
    func refuseNext(_ fault: ControllerFault) { mutate { $0.faults.append(fault) } }
    /// From now on nobody waits for an answer when there is news of it.
    func forgetQuestions() { mutate { $0.knowsNoQuestion = true } }
    /// From now on every poll meets this fault.
    func refusePolls(_ fault: ControllerFault) { mutate { $0.pollFault = fault } }
    func fence(_ claimed: ClaimedRun) {
        mutate { $0.stale.append(.init(runID: claimed.runID, attempt: claimed.attempt, token: claimed.token)) }
    }
    func cancel(_ claimed: ClaimedRun, by user: String, isImmediate: Bool? = nil) {
        let request = CancellationRequest(by: user, at: Timestamp(microseconds: 1), isImmediate: isImmediate)
        mutate { $0.cancellations.append(.init(runID: claimed.runID, attempt: claimed.attempt, request: request)) }
    }

    func ask(_ action: RunRequest.Action, of claimed: ClaimedRun, at microseconds: Int64 = 1) {
        let request = RunRequest(action, by: "user admin", at: Timestamp(microseconds: microseconds))
        mutate { $0.requests.append(.init(runID: claimed.runID, attempt: claimed.attempt, request: request)) }
    }

    var reports: [AttemptReport] { state.withLock { $0.reports } }
    /// Reports that were tried, taken or not.
    var attempts: Int { state.withLock { $0.attempts } }
    var answers: [AgentTaskAnswer] { state.withLock { $0.answers } }
    var renewals: [LeaseRenewal] { state.withLock { $0.renewals } }
    /// The room that each poll told, answered or not.
    var polledCapacities: [Int] { polls.map(\.capacity) }
    var polls: [WorkPoll] { state.withLock { $0.polls } }
    /// How often the list of held attempts was asked for while it was held back.
    var heldBack: Int { state.withLock { $0.heldBack } }
    var farewells: [AgentFarewell] { state.withLock { $0.farewells } }
    var heldCalls: Int { state.withLock { $0.heldCalls } }
    /// States in the order they were reported.
    var states: [RunState] { reports.compactMap(\.state) }
    /// Wishes that were settled.
    var settled: [RunRequest] { reports.compactMap(\.settled) }
    /// The last terminal state reported.
    var end: RunState? { states.last { $0.type.isTerminal } }
    var termination: Termination? { reports.compactMap(\.termination).last }
    /// Lines as a store keeps them: each key once, in the order they first came.
    var log: [LogRecord] {
        var seen: Set<String> = []
        return reports.flatMap(\.records).filter { seen.insert("\($0.attempt) \($0.source) \($0.sequence)").inserted }
    }
    /// Messages of the container's own lines.
    var lines: [String] { log.filter { $0.source != .orch }.map(\.message) }

    /// Waits until `condition` holds.
    func until(_ condition: (RecordingController) -> Bool) async throws {
        try await gate.wait { !condition(self) }
    }

    // MARK: ControllerAPI

    private func enter() throws(ControllerFault) {
        if state.withLock({ $0.isAway }) { throw .unreachable("the controller is away") }
    }

    func identity() async throws(ControllerFault) -> Identifier {
        try enter()
        return .fixed(2)
    }

    func poll(_ poll: WorkPoll) async throws(ControllerFault) -> WorkReply {
        mutate {
            $0.polls.append(poll)
            if poll.isDraining == true { $0.drains = true }
        }
        try enter()
        if let fault = state.withLock({ $0.pollFault }) { throw fault }
        do {
            try await gate.wait {
                state.withLock { state in
                    !state.isAway && poll.waitSeconds > 0 && state.pollFault == nil
                        && (state.queue.isEmpty || poll.capacity == 0) && state.tasks.isEmpty
                        && state.cancellations.isEmpty && state.requests.isEmpty
                        && !(state.drains && poll.isDraining != true)
                }
            }
        } catch {
            throw .cancelled
        }
        try enter()
        if let fault = state.withLock({ $0.pollFault }) { throw fault }
        let reply: WorkReply? = mutate { state in
            let runs = Array(state.queue.prefix(poll.capacity))
            state.queue.removeFirst(runs.count)
            state.held += runs
            if state.losesNext, !runs.isEmpty {
                state.losesNext = false
                state.isHeldBack = true
                return nil
            }
            defer {
                state.tasks = []
                state.cancellations = []
                state.requests = []
            }
            return WorkReply(
                runs: runs, cancellations: state.cancellations, requests: state.requests, tasks: state.tasks,
                drains: state.drains && poll.isDraining != true ? true : nil)
        }
        guard let reply else { throw .unreachable("the answer broke off") }
        return reply
    }

    func held(by agent: String) async throws(ControllerFault) -> [ClaimedRun] {
        try enter()
        mutate { state in
            state.heldCalls += 1
            if state.isHeldBack { state.heldBack += 1 }
        }
        do { try await gate.wait { state.withLock { $0.isHeldBack } } } catch { throw .cancelled }
        return state.withLock { $0.held }
    }

    func renew(_ renewal: LeaseRenewal) async throws(ControllerFault) -> LeaseReply {
        try enter()
        return mutate { state in
            state.renewals.append(renewal)
            return LeaseReply(stale: state.stale, cancellations: [])
        }
    }

    func leave(_ farewell: AgentFarewell) async throws(ControllerFault) {
        try enter()
        mutate { $0.farewells.append(farewell) }
    }

    func send(_ report: AttemptReport, run: Identifier, attempt: Int) async throws(ControllerFault) {
        mutate { $0.attempts += 1 }
        try enter()
        let fault: ControllerFault? = mutate { state in
            if !state.faults.isEmpty { return state.faults.removeFirst() }
            state.reports.append(report)
            if report.state?.endsAttempt == true {
                state.held.removeAll { $0.runID == run && $0.attempt == attempt }
            }
            return nil
        }
        if let fault { throw fault }
    }

    func send(_ answer: AgentTaskAnswer, to task: Identifier) async throws(ControllerFault) {
        try enter()
        if answer.isNews, state.withLock({ $0.knowsNoQuestion }) { throw .unknown("there is no such question") }
        mutate { $0.answers.append(answer) }
    }
}
