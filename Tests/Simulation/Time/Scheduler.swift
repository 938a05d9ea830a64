/// The one thread and the one clock of a history: runs the jobs of all processes, in an order that the seed decides, and
/// moves the time on only when nothing can run.
///
/// Everything of a history happens on the thread that calls ``run(until:)``, so nothing here is locked.
final class Scheduler: @unchecked Sendable {
    /// Virtual microseconds since the history's start.
    private(set) var now: Int64 = 0
    /// Steps so far: jobs that were run and timers that fired.
    private(set) var steps = 0
    /// Decides all that is left to chance.
    var random: SeededRandom
    /// Called after each step.
    var afterStep: () -> Void = {}

    private var ready: [(job: UnownedJob, process: SimulatedProcess)] = []
    private var queue: [Entry] = []
    private var actions: [Int: () -> Void] = [:]
    private var lastTicket = 0

    private struct Entry {
        var time: Int64
        var ticket: Int

        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.ticket) < (right.time, right.ticket) }
    }

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// Has a job run some time.
    func enqueue(_ job: UnownedJob, of process: SimulatedProcess) { ready.append((job, process)) }

    /// Does something later.
    ///
    /// - Returns: a ticket for ``forget(_:)``.
    @discardableResult
    func after(_ delay: Duration, _ action: @escaping () -> Void) -> Int {
        lastTicket += 1
        actions[lastTicket] = action
        push(Entry(time: now + max(0, delay.inMicroseconds), ticket: lastTicket))
        return lastTicket
    }

    /// Does not do what a ticket stands for.
    func forget(_ ticket: Int) { actions[ticket] = nil }

    /// Runs until a time, or until `isDone`.
    func run(until end: Int64, isDone: () -> Bool = { false }) {
        while !isDone() {
            guard step(before: end) else { return now = max(now, end) }
            afterStep()
        }
    }

    /// Runs what can run without time passing, and drops all that would come later.
    func drain() {
        actions = [:]
        queue = []
        while runJob() {}
    }

    private func step(before end: Int64) -> Bool {
        if runJob() { return true }
        while let next = queue.first, next.time <= end {
            pop()
            guard let action = actions.removeValue(forKey: next.ticket) else { continue }
            now = max(now, next.time)
            steps += 1
            action()
            return true
        }
        return false
    }

    private func runJob() -> Bool {
        guard !ready.isEmpty else { return false }
        let index = ready.count == 1 ? 0 : random.int(0...ready.count - 1)
        let (job, process) = ready[index]
        ready[index] = ready[ready.count - 1]
        ready.removeLast()
        steps += 1
        process.run(job)
        return true
    }

    // A heap: the earliest entry comes first.

    private func push(_ entry: Entry) {
        queue.append(entry)
        var child = queue.count - 1
        while child > 0, queue[child] < queue[(child - 1) / 2] {
            queue.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func pop() {
        let last = queue.removeLast()
        guard !queue.isEmpty else { return }
        queue[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < queue.count && queue[child] < queue[least] {
                least = child
            }
            guard least != parent else { return }
            queue.swapAt(parent, least)
            parent = least
        }
    }
}

extension Duration {
    /// Whole microseconds.
    var inMicroseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
