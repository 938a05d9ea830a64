import OrchAgent
import OrchInfrastructure
import OrchModel
import OrchServer
import OrchStore

/// The store has a type of the same name.
typealias AttemptKey = OrchInfrastructure.AttemptKey

/// Everything of one history: controllers over one store, agents with engines, a network, users, and what goes wrong.
final class World: @unchecked Sendable {
    /// The identity of the controllers.
    static let instance = {
        var random = SeededRandom(seed: 1)
        return Identifier(time: Timestamp(microseconds: 0), using: &random)
    }()
    /// What tokens are derived from.
    static let secret = [UInt8](repeating: 7, count: 32)
    /// Shorter than a real controller's, so that histories are short.
    static let serverSettings = {
        var settings = OrchServerConfiguration(dataDirectory: "-")
        settings.lease = .seconds(10)
        settings.lostClaimGrace = .seconds(14)
        settings.recheck = .seconds(6)
        return settings
    }()
    /// After the last fault everything has settled within this time, or it never does.
    static let patience = Duration.seconds(300)
    /// Steps that no history takes: some ten thousand are many.
    static let longest = 300_000

    let scheduler: Scheduler
    let history: History
    let database: MemoryDatabase
    let mutations: Set<Mutation>
    /// Reads the store with nobody noticing.
    let truth: RelationalStore
    let plannedRuns: [PlannedRun]
    let plan: FaultPlan
    private(set) var controllers: [SimulatedController] = []
    private(set) var agents: [SimulatedAgent] = []
    private(set) lazy var invariants = Invariants(world: self)
    /// Runs that somebody asked to end.
    private(set) var cancelled: Set<Identifier> = []
    /// Runs that somebody asked for another attempt of, once they had ended.
    private(set) var retried: Set<Identifier> = []
    private var processes: [SimulatedProcess] = []
    private let user: SimulatedProcess
    private let observer = InlineExecutor()
    private var tokens: [AttemptKey: String] = [:]

    init(seed: UInt64, database: MemoryDatabase, isRecording: Bool, mutations: Set<Mutation>) throws {
        scheduler = Scheduler(seed: seed)
        history = History(isRecording: isRecording)
        history.scheduler = scheduler
        self.database = database
        self.mutations = mutations
        try database.clear()
        truth = try database.store(identity: Self.instance)
        plannedRuns = Workload.runs(&scheduler.random)
        plan = FaultPlan(&scheduler.random)
        user = SimulatedProcess(PlannedRun.user, scheduler)
        processes = [user]
        controllers = (1...scheduler.random.int(1...2)).map { SimulatedController(number: $0, world: self) }
        agents = (1...scheduler.random.int(1...2)).map { SimulatedAgent(name: "a\($0)", world: self) }
        scheduler.afterStep = { [unowned self] in
            invariants.check()
            if scheduler.steps > Self.longest { invariants.violate("it goes round in a circle") }
        }
    }

    func add(_ process: SimulatedProcess) { processes.append(process) }

    func plannedRun(_ id: Identifier) -> PlannedRun? { plannedRuns.first { $0.id == id } }

    /// What people call an attempt in a history, such as `run 2, attempt 1`.
    func name(of key: AttemptKey) -> String {
        "run \(plannedRun(key.run)?.number ?? 0), attempt \(key.attempt)"
    }

    /// Asks the store something, at once.
    func ask<Value: Sendable>(_ question: @escaping @Sendable (RelationalStore) async throws -> Value) throws -> Value {
        let box = Box<Result<Value, any Error>>()
        let store = truth
        Task(executorPreference: observer, priority: .medium) {
            do { box.value = .success(try await question(store)) } catch { box.value = .failure(error) }
        }
        guard let result = box.value else { throw SimulationError.storeSuspended }
        return try result.get()
    }

    private final class Box<Value>: @unchecked Sendable {
        var value: Value?
    }

    // MARK: the course of things

    /// Lives the history to its end, which is when everything has settled, or should have.
    func live() throws {
        for run in plannedRuns { describe(run) }
        for controller in controllers { start(controller) }
        for agent in agents { start(agent) }
        for run in plannedRuns {
            scheduler.after(run.dueAt) { self.submit(run) }
            if let time = run.cancelledAt { scheduler.after(time) { self.cancel(run) } }
        }
        for fault in plan.faults { scheduler.after(fault.at) { self.inject(fault) } }
        scheduler.after(plan.end) { self.heal() }
        let end = (plan.end + Self.patience).inMicroseconds
        repeat {
            scheduler.run(until: scheduler.now + 1_000_000) { invariants.isViolated }
        } while !invariants.isViolated && scheduler.now < end && !(isOver && invariants.hasSettled())
        if !invariants.isViolated { invariants.checkEnd() }
        for process in processes { process.kill() }
        scheduler.afterStep = {}
        scheduler.drain()
        if !invariants.isViolated, let process = processes.first(where: { $0.tasksRunning > 0 }) {
            invariants.violate("a task of \(process.name) does not end when it is cancelled")
        }
    }

    private var isOver: Bool { !plan.livesOn || scheduler.now > plan.end.inMicroseconds }

    private func describe(_ run: PlannedRun) {
        history.note("plan") {
            let programs = run.programs.map { "\($0.lines.count) lines, then \($0.end)" }.joined(separator: "; ")
            let limits =
                "retries \(run.policy.retries), timeout \(run.policy.timeoutSeconds.map { "\($0) s" } ?? "none")"
            return "run \(run.number) (\(run.id)): \(run.kind.rawValue) of \(run.image), \(programs); \(limits), "
                + "auto_remove \(run.removal.rawValue)"
        }
    }

    func start(_ controller: SimulatedController) {
        do { try controller.start() } catch { invariants.violate("\(controller.name) cannot start: \(error)") }
    }

    func start(_ agent: SimulatedAgent) {
        do { try agent.start() } catch { invariants.violate("\(agent.name) cannot start: \(error)") }
    }

    /// Asks a controller for a run, again and again until one has taken it.
    private func submit(_ run: PlannedRun) {
        let now = Timestamp(microseconds: SimulatedProcess.start + scheduler.now)
        let state = RunState(.scheduled, message: "waits in queue default", at: now, actor: PlannedRun.user)
        let flowRun = FlowRun(
            id: run.id, name: "run-\(run.number)", flowName: "flow", parameters: [:], workQueue: "default",
            image: run.image, state: state, createdAt: now, scheduledFor: now)
        let launch = RunLaunch(
            kind: run.kind, command: ["work"], infrastructure: Infrastructure(), blocks: [], policy: run.policy)
        let draft = RunDraft(run: flowRun, launch: launch)
        untilDone("submits run \(run.number)", run.id, isDone: { try await $0.run(run.id) != nil }) { office in
            try await office.add(draft)
        }
    }

    private func cancel(_ run: PlannedRun) {
        cancelled.insert(run.id)
        untilDone(
            "cancels run \(run.number)", run.id,
            isDone: { store in
                guard let found = try await store.run(run.id) else { return false }
                return found.cancellation != nil || found.state.type.isTerminal
            }
        ) { office in try await office.cancel(run.id, by: PlannedRun.user) }
    }

    /// Asks for another attempt of a run that has ended, a while later.
    func retry(_ run: PlannedRun) {
        retried.insert(run.id)
        history.saw("runs tried again by a wish")
        let id = run.id
        scheduler.after(.milliseconds(1500)) { [self] in
            // The wish comes again where its answer may have been lost, and is one all the same.
            untilDone(
                "asks for another attempt of run \(run.number)", id, isDone: { try await $0.run(id)?.retry != nil }
            ) { office in
                for _ in 1...2 { try await office.retry(id, RetryRequest(number: 1), by: PlannedRun.user) }
            }
        }
    }

    private func untilDone(
        _ label: String, _ run: Identifier, isDone: @escaping @Sendable (RelationalStore) async throws -> Bool,
        _ deed: @escaping @Sendable (WorkOffice) async throws -> Void
    ) {
        history.note(PlannedRun.user) { label }
        if let controller = scheduler.random.pick(controllers), controller.isUp, let office = controller.office {
            controller.process.spawn {
                // Whether it was done shows below.
                do { try await deed(office) } catch { return }
            }
        }
        scheduler.after(.milliseconds(700)) { [self] in
            do {
                if try !ask(isDone) { untilDone(label, run, isDone: isDone, deed) }
            } catch {
                invariants.violate("the store cannot be read: \(error)")
            }
        }
    }

    // MARK: what the doubles need

    /// A claimed run with what its container block would say.
    func dressed(_ claimed: ClaimedRun) -> ClaimedRun {
        tokens[claimed.key] = claimed.token
        guard let run = plannedRun(claimed.runID) else { return claimed }
        var claimed = claimed
        claimed.container.autoRemove = run.removal
        if run.hasMemoryLimit { claimed.container.memory = "64m" }
        return claimed
    }

    /// A report as the network passes it on.
    func mutate(_ report: AttemptReport) -> AttemptReport {
        var report = report
        if mutations.contains(.linesAreDropped), report.records.count > 2 { report.records.remove(at: 1) }
        if mutations.contains(.linesAreDoubled), var last = report.records.last(where: { $0.source != .orch }) {
            last.sequence += 1000
            report.records.append(last)
        }
        return report
    }

    /// A report, and the attempt it is taken for.
    func taken(_ report: AttemptReport, of key: AttemptKey) -> (AttemptReport, Int) {
        guard mutations.contains(.staleReportsAreTaken),
            let newest = tokens.keys.filter({ $0.run == key.run }).max(by: { $0.attempt < $1.attempt }),
            let token = tokens[newest]
        else { return (report, key.attempt) }
        var report = report
        report.token = token
        return (report, newest.attempt)
    }
}

/// Runs jobs where they are enqueued: for questions to a store that never suspend.
private final class InlineExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}

/// Why a history could not be lived.
package enum SimulationError: Error {
    /// A question to the store did not return at once.
    case storeSuspended
    /// The system gives no thread.
    case noThread(errno: Int32)
}

/// A double that does wrong on purpose, to show that the invariants notice.
package enum Mutation: String, Sendable, CaseIterable {
    /// The engine lets two containers have one name.
    case namesAreNotUnique
    /// The controller takes an attempt's report for that of the newest one.
    case staleReportsAreTaken
    /// The network drops lines.
    case linesAreDropped
    /// The network gives lines twice, under other numbers.
    case linesAreDoubled
    /// The engine stops nothing, and says it did.
    case stopDoesNothing
    /// The engine remembers no signal that was sent, and says that it remembers all.
    case stopsAreForgotten
    /// The engine removes nothing, and says it did.
    case removalDoesNothing
    /// The engine says 0 whatever a process exited with.
    case exitCodesAreForgotten
    /// The controller tells no agent what it holds.
    case heldAttemptsAreForgotten
}
