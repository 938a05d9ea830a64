import OrchAgent
import OrchInfrastructure
import OrchModel
import Synchronization

/// A controller in memory for agents on the real engine: hands out runs, keeps what is reported, each line once.
final class LiveController: ControllerAPI {
    private struct State {
        var queue: [ClaimedRun] = []
        var tasks: [AgentTask] = []
        var cancellations: [WorkReply.Cancellation] = []
        var held: [ClaimedRun] = []
        var runs: [AttemptKey: Attempt] = [:]
        var answers: [AgentTaskAnswer] = []
        var sink: (@Sendable (AttemptReport, AttemptKey) async throws -> Void)?
    }

    /// What is known of one attempt.
    struct Attempt: Sendable {
        var states: [RunState] = []
        var records: [LogRecord] = []
        var keys: Set<String> = []
        var termination: Termination?
        var container: ContainerRecord?

        var end: RunState? { states.last { $0.type.isTerminal } }
        /// The container's own lines.
        var lines: [String] { records.filter { $0.source != .orch }.map(\.message) }
    }

    private let state = Mutex(State())
    private let gate = Gate()
    private let instance: Identifier

    /// A controller of an identity.
    init(instance: Identifier) { self.instance = instance }

    private func mutate<Value: Sendable>(_ change: (inout sending State) -> sending Value) -> Value {
        defer { gate.open() }
        return state.withLock(change)
    }

    /// Gives each report to `sink` first: one that it refuses counts as not taken.
    func passOn(to sink: @escaping @Sendable (AttemptReport, AttemptKey) async throws -> Void) {
        mutate { $0.sink = sink }
    }

    func queue(_ claimed: ClaimedRun) { mutate { $0.queue.append(claimed) } }

    func cancel(_ claimed: ClaimedRun, by user: String, isImmediate: Bool? = nil) {
        let request = CancellationRequest(by: user, at: .now(), isImmediate: isImmediate)
        mutate { $0.cancellations.append(.init(runID: claimed.runID, attempt: claimed.attempt, request: request)) }
    }

    func ask(_ question: AgentTask.Question) {
        mutate { $0.tasks.append(AgentTask(id: .new(), question: question)) }
    }

    var answers: [AgentTaskAnswer] { state.withLock { $0.answers } }

    func untilAnswered() async throws {
        try await gate.wait { answers.isEmpty }
    }

    func attempt(_ claimed: ClaimedRun) -> Attempt {
        state.withLock { $0.runs[claimed.key] ?? Attempt() }
    }

    /// Waits until `condition` holds for an attempt, then returns it.
    @discardableResult
    func until(_ claimed: ClaimedRun, _ condition: (Attempt) -> Bool) async throws -> Attempt {
        try await gate.wait { !condition(attempt(claimed)) }
        return attempt(claimed)
    }

    func identity() async throws(ControllerFault) -> Identifier { instance }

    func poll(_ poll: WorkPoll) async throws(ControllerFault) -> WorkReply {
        do {
            try await gate.wait {
                state.withLock {
                    ($0.queue.isEmpty || poll.capacity == 0) && $0.tasks.isEmpty && $0.cancellations.isEmpty
                }
            }
        } catch {
            throw .cancelled
        }
        return mutate { state in
            let runs = Array(state.queue.prefix(poll.capacity))
            state.queue.removeFirst(runs.count)
            state.held += runs
            defer {
                state.tasks = []
                state.cancellations = []
            }
            return WorkReply(runs: runs, cancellations: state.cancellations, tasks: state.tasks)
        }
    }

    func held(by agent: String) async throws(ControllerFault) -> [ClaimedRun] { state.withLock { $0.held } }

    func renew(_ renewal: LeaseRenewal) async throws(ControllerFault) -> LeaseReply {
        LeaseReply(stale: [], cancellations: [])
    }

    func leave(_ farewell: AgentFarewell) async throws(ControllerFault) {}

    func send(_ report: AttemptReport, run: Identifier, attempt: Int) async throws(ControllerFault) {
        let key = AttemptKey(run: run, attempt: attempt)
        if let sink = state.withLock({ $0.sink }) {
            do { try await sink(report, key) } catch { throw .unreachable("\(error)") }
        }
        mutate { state in
            // Taken out, so that what it holds is not copied with every report.
            var known = state.runs.removeValue(forKey: key) ?? Attempt()
            for record in report.records where known.keys.insert("\(record.source) \(record.sequence)").inserted {
                known.records.append(record)
            }
            known.termination = report.termination ?? known.termination
            known.container = report.container ?? known.container
            if let next = report.state {
                known.states.append(next)
                if next.type.isTerminal { state.held.removeAll { $0.key == key } }
            }
            state.runs[key] = known
        }
    }

    func send(_ answer: AgentTaskAnswer, to task: Identifier) async throws(ControllerFault) {
        mutate { $0.answers.append(answer) }
    }
}
