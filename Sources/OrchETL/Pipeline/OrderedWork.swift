import Dispatch
import Synchronization
import Threads

/// Does work on many items at once, on threads of its own, and gives the results in the order of the items.
///
/// One thread puts items in, one takes results out; both wait where the other is too slow, so that memory stays bounded.
/// An error comes in its place of the order and ends the work. Dropping the last reference without `cancel()` leaves
/// the threads waiting: whoever makes one ends it.
final class OrderedWork<Item: Sendable, Output: Sendable>: Sendable {
    /// Where the result of one item will be.
    private final class Slot: Sendable {
        private let result = Mutex<Result<Output, any Error>?>(nil)
        private let filled = DispatchSemaphore(value: 0)

        func fill(_ value: Result<Output, any Error>) {
            result.withLock { $0 = value }
            filled.signal()
        }

        func wait() -> Result<Output, any Error> {
            filled.wait()
            return result.withLock(\.self) ?? .failure(CancellationError())
        }
    }

    private struct Job: Sendable {
        let item: Item
        let slot: Slot
    }

    private let jobs: BlockingQueue<Job>
    private let slots: BlockingQueue<Slot>

    /// Starts the threads.
    /// - Parameters:
    ///   - width: how many threads do the work.
    ///   - pending: how many items are on their way at most.
    ///   - makeWorker: is called once on each thread; what it answers does the work there, one item after another.
    /// - Throws: `ETLError.noThread`.
    init(
        width: Int, pending: Int, name: String,
        makeWorker: @escaping @Sendable () -> (Item) throws -> Output
    ) throws {
        let jobs = BlockingQueue<Job>(capacity: pending)
        self.jobs = jobs
        slots = BlockingQueue(capacity: pending)
        for _ in 0..<width {
            let code = DetachedThread.start(name: name) {
                let work = makeWorker()
                while let job = jobs.take() {
                    job.slot.fill(Result { try work(job.item) })
                }
            }
            guard code == 0 else {
                cancel()
                throw ETLError.noThread(code: code)
            }
        }
    }

    /// Puts the next item in, once there is room. Answers false when no more are wanted.
    func put(_ item: Item) -> Bool {
        let slot = Slot()
        guard slots.put(slot) else { return false }
        guard jobs.put(Job(item: item, slot: slot)) else {
            slot.fill(.failure(CancellationError()))
            return false
        }
        return true
    }

    /// Says that no more items come; with an error where that is why.
    func finish(throwing error: (any Error)? = nil) {
        if let error {
            let slot = Slot()
            slot.fill(.failure(error))
            _ = slots.put(slot)
        }
        slots.close()
        jobs.close()
    }

    /// The result of the next item, or nil after the last. Waits for it.
    func take() throws -> Output? {
        guard let slot = slots.take() else { return nil }
        do {
            return try slot.wait().get()
        } catch {
            cancel()
            throw error
        }
    }

    /// Ends the work: items that no thread has begun are dropped, and whoever waits is woken.
    func cancel() {
        for job in jobs.cancel() { job.slot.fill(.failure(CancellationError())) }
        _ = slots.cancel()
    }
}
