import Dispatch
import Synchronization

/// Threads for work that may block them: as many as there is work at once.
///
/// Swift's own pool has a thread for each processor; work that blocks those keeps everything else from running. A task that
/// prefers this executor runs here, with its child tasks.
package final class BlockingThreads: TaskExecutor {
    private struct State {
        /// Those up to `head` were taken already.
        var jobs: [UnownedJob] = []
        var head = 0
        /// Threads that wait and were not woken yet.
        var idle = 0
        var threads = 0
    }

    /// The threads of this process: at most 256, each ends after 10 s without work.
    package static let shared = BlockingThreads(limit: 256, patience: .seconds(10))

    private let limit: Int
    private let patience: Duration
    private let state = Mutex(State())
    private let filled = DispatchSemaphore(value: 0)

    init(limit: Int, patience: Duration) {
        self.limit = limit
        self.patience = patience
    }

    /// How many threads there are.
    var threadCount: Int { state.withLock { $0.threads } }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (wakes, starts) = state.withLock { state in
            state.jobs.append(job)
            if state.idle > 0 {
                state.idle -= 1
                return (true, false)
            }
            guard state.threads < limit else { return (false, false) }
            state.threads += 1
            return (false, true)
        }
        if wakes { filled.signal() }
        guard starts, DetachedThread.start(name: "orch-blocking", { self.work() }) != 0 else { return }
        // No thread is to be had: what waits goes to the threads that are there, or to Dispatch's.
        let isAlone = state.withLock { state in
            state.threads -= 1
            return state.threads == 0
        }
        if isAlone {
            DispatchQueue.global().async {
                while let job = self.next() { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
            }
        }
    }

    private func work() {
        while true {
            while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
            let waits = state.withLock { state in
                guard state.jobs.isEmpty else { return false }
                state.idle += 1
                return true
            }
            guard waits, filled.wait(timeout: .now() + patience.dispatchInterval) == .timedOut else { continue }
            let ends = state.withLock { state in
                // Where nobody is idle, somebody has just woken this thread.
                guard state.idle > 0 else { return false }
                state.idle -= 1
                state.threads -= 1
                return true
            }
            if ends { return }
            filled.wait()
        }
    }

    private func next() -> UnownedJob? {
        state.withLock { state in
            guard state.head < state.jobs.count else { return nil }
            let job = state.jobs[state.head]
            state.head += 1
            // Moving the rest to the front costs as much as was taken since the last time.
            if state.head * 2 >= state.jobs.count {
                state.jobs.removeFirst(state.head)
                state.head = 0
            }
            return job
        }
    }
}
