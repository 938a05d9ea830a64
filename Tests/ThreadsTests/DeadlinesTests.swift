import Glibc
import Synchronization
import Testing

@testable import Threads

@Suite(.timeLimit(.minutes(10)))
struct DeadlinesTests {
    /// What is called, in order, after `ask` has asked for it at times from `start` on. None is due while it asks: on a
    /// machine too busy for that, it asks again with more time.
    private func called(_ ask: (Deadlines, _ start: ContinuousClock.Instant, Called) -> Void) async -> [Int] {
        var lead = Duration.seconds(1)
        while true {
            let (calls, made) = AsyncStream.makeStream(of: Int.self)
            let (deadlines, start) = (Deadlines(), ContinuousClock.now + lead)
            ask(deadlines, start, made)
            guard ContinuousClock.now < start else {
                lead = lead * 4
                continue
            }
            _ = deadlines.call(at: start + .milliseconds(50)) { made.finish() }
            return await calls.reduce(into: []) { $0.append($1) }
        }
    }

    private typealias Called = AsyncStream<Int>.Continuation

    @Test func callsComeInTheOrderOfTheirDeadlines() async {
        let order = await called { deadlines, start, made in
            for number in [30, 10, 0, 20, 25, 15] {
                _ = deadlines.call(at: start + .milliseconds(number)) { made.yield(number) }
            }
        }
        #expect(order == [0, 10, 15, 20, 25, 30])
    }

    @Test func aCallTakenBackIsNotMade() async {
        let order = await called { deadlines, start, made in
            let tickets = (0..<100).map { number in
                deadlines.call(at: start) { made.yield(number) }
            }
            for ticket in tickets.dropLast() { deadlines.cancel(ticket) }
            _ = deadlines.call(at: start + .milliseconds(1)) { made.yield(-1) }
        }
        #expect(order == [99, -1])
    }
}

@Suite(.timeLimit(.minutes(10)))
struct BlockingThreadsTests {
    @Test func asManyThreadsAsAreBlocked() async {
        let threads = BlockingThreads(limit: 64, patience: .seconds(60))
        let barrier = Barrier(32)
        // Each waits, blocking its thread, until all of them run at once.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<32 { group.addTask(executorPreference: threads) { barrier.arriveAndWait() } }
        }
        #expect(threads.threadCount >= 32)
    }

    @Test func thereAreNeverMoreThanTheLimit() async {
        let threads = BlockingThreads(limit: 2, patience: .seconds(60))
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 1...1000 { group.addTask(executorPreference: threads) { number } }
            return await group.reduce(0, +)
        }
        #expect(sum == 500_500)
        #expect(threads.threadCount <= 2)
    }

    @Test func threadsWithoutWorkEnd() async throws {
        let threads = BlockingThreads(limit: 8, patience: .milliseconds(10))
        await Task(executorPreference: threads) {}.value
        while threads.threadCount > 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(await Task(executorPreference: threads) { 7 }.value == 7)
    }
}

/// Lets nobody go on until so many have come.
private final class Barrier: Sendable {
    private let count: Int
    private let arrived = Atomic(0)

    init(_ count: Int) {
        self.count = count
    }

    func arriveAndWait() {
        arrived.add(1, ordering: .sequentiallyConsistent)
        while arrived.load(ordering: .sequentiallyConsistent) < count { sched_yield() }
    }
}
