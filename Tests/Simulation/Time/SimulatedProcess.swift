import OrchModel

/// A process: an executor for its tasks that can be stopped, killed, and told a wrong time.
///
/// A killed process ends its tasks by cancelling them, as tasks cannot be dropped; the doubles around it let nothing of
/// what they do meanwhile reach the world.
final class SimulatedProcess: TaskExecutor, @unchecked Sendable {
    let name: String
    let scheduler: Scheduler
    private(set) var isDead = false
    private(set) var isStopped = false
    /// What its wall clock is ahead.
    var clockOffset: Duration = .zero
    /// Tasks that have not ended.
    private(set) var tasksRunning = 0

    private var held: [UnownedJob] = []
    private var tasks: [Int: Task<Void, Never>] = [:]
    private var lastTask = 0

    init(_ name: String, _ scheduler: Scheduler) {
        self.name = name
        self.scheduler = scheduler
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isStopped { held.append(job) } else { scheduler.enqueue(job, of: self) }
    }

    /// Runs one job, unless the process was stopped since it became ready.
    func run(_ job: UnownedJob) {
        if isStopped { held.append(job) } else { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// Starts a task of the process.
    func spawn(_ body: @escaping @Sendable () async -> Void) {
        guard !isDead else { return }
        lastTask += 1
        tasksRunning += 1
        let number = lastTask
        tasks[number] = Task(executorPreference: self, priority: .medium) {
            await body()
            self.tasksRunning -= 1
            self.tasks[number] = nil
        }
    }

    /// SIGSTOP.
    func stop() { isStopped = !isDead }

    /// SIGCONT.
    func resume() {
        guard isStopped else { return }
        isStopped = false
        for job in held { scheduler.enqueue(job, of: self) }
        held = []
    }

    /// SIGKILL.
    func kill() {
        guard !isDead else { return }
        isDead = true
        resume()
        for (_, task) in tasks.sorted(by: { $0.key < $1.key }) { task.cancel() }
    }

    /// The wall clock as the process sees it.
    var wallClock: Timestamp {
        Timestamp(microseconds: Self.start + scheduler.now) + clockOffset
    }

    /// When histories start: 2030-01-01T00:00:00Z.
    static let start: Int64 = 1_893_456_000_000_000

    /// Sleeps until a virtual time.
    func sleep(until deadline: Int64) async throws(CancellationError) {
        guard !isDead, !Task.isCancelled else { throw CancellationError() }
        let reply = Reply<Bool>()
        let ticket = scheduler.after(.microseconds(deadline - scheduler.now)) { reply.resolve(true) }
        defer { scheduler.forget(ticket) }
        guard await reply.value(ifCancelled: false) else { throw CancellationError() }
    }
}

/// The clock that a process measures pauses with.
struct ProcessClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    let process: SimulatedProcess

    var now: Instant { Instant(offset: .microseconds(process.scheduler.now)) }
    var minimumResolution: Duration { .microseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await process.sleep(until: deadline.offset.inMicroseconds)
    }
}
