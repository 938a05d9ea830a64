import Synchronization
import Testing
import Threads

@testable import OrchETL

struct OrderedWorkTests {
    private struct Wrong: Error, Equatable {
        let item: Int
    }

    /// Puts the items in from a thread of their own, as a producer does.
    private func feed(_ items: Range<Int>, into work: OrderedWork<Int, Int>, then error: Wrong? = nil) throws {
        let code = DetachedThread.start(name: "test-feed") {
            for item in items {
                guard work.put(item) else { break }
            }
            work.finish(throwing: error)
        }
        try #require(code == 0)
    }

    @Test(arguments: [(width: 1, pending: 1), (width: 2, pending: 3), (width: 4, pending: 64), (width: 8, pending: 2)])
    func givesResultsInTheOrderOfTheItems(width: Int, pending: Int) throws {
        let work = try OrderedWork<Int, Int>(width: width, pending: pending, name: "test") {
            // Unequal amounts of work, so that later items are often done first.
            { item in (0..<(item % 7 * 2_000)).reduce(item) { $0 ^ ($1 &* 0) } }
        }
        try feed(0..<2_000, into: work)
        var results: [Int] = []
        while let result = try work.take() { results.append(result) }
        #expect(results == Array(0..<2_000))
    }

    @Test func givesNothingWithoutItems() throws {
        let work = try OrderedWork<Int, Int>(width: 2, pending: 2, name: "test") { { $0 } }
        work.finish()
        #expect(try work.take() == nil)
        #expect(try work.take() == nil)
    }

    @Test func throwsAWorkersErrorInItsPlaceAndStopsTheProducer() throws {
        let work = try OrderedWork<Int, Int>(width: 3, pending: 4, name: "test") {
            { item in
                guard item != 10 else { throw Wrong(item: item) }
                return item
            }
        }
        try feed(0..<1_000_000, into: work)
        for item in 0..<10 { #expect(try work.take() == item) }
        #expect(throws: Wrong(item: 10)) { try work.take() }
        #expect(!work.put(0))
    }

    @Test func throwsTheProducersErrorAfterWhatCameBefore() throws {
        let work = try OrderedWork<Int, Int>(width: 2, pending: 4, name: "test") { { $0 } }
        try feed(0..<3, into: work, then: Wrong(item: -1))
        for item in 0..<3 { #expect(try work.take() == item) }
        #expect(throws: Wrong(item: -1)) { try work.take() }
    }

    @Test func holdsTheProducerBackWhileNobodyTakes() async throws {
        let count = Mutex(0)
        let work = try OrderedWork<Int, Int>(width: 2, pending: 5, name: "test") { { $0 } }
        let ended = AsyncStream<Void>.makeStream()
        let code = DetachedThread.start(name: "test-feed") {
            while work.put(0) { count.withLock { $0 += 1 } }
            ended.continuation.finish()
        }
        try #require(code == 0)
        for taken in 1...50 {
            #expect(try work.take() == 0)
            // Those taken and those pending, and one that is being counted: never more.
            #expect(count.withLock(\.self) <= taken + 5 + 1)
        }
        work.cancel()
        for await _ in ended.stream {}
    }

    @Test func cancelWakesWhoeverTakes() async throws {
        let work = try OrderedWork<Int, Int>(width: 2, pending: 5, name: "test") { { $0 } }
        let taking = AsyncStream<Bool>.makeStream()
        let code = DetachedThread.start(name: "test-take") {
            let result = try? work.take()
            taking.continuation.yield(result == .some(nil) || result == nil)
            taking.continuation.finish()
        }
        try #require(code == 0)
        work.cancel()
        for await hasNothing in taking.stream { #expect(hasNothing) }
    }

    @Test func makesOneWorkerForEachThread() throws {
        let made = Atomic(0)
        let work = try OrderedWork<Int, Int>(width: 3, pending: 6, name: "test") {
            made.add(1, ordering: .relaxed)
            var seen = 0
            return { _ in
                seen += 1
                return seen
            }
        }
        try feed(0..<600, into: work)
        var total = 0
        while let number = try work.take() { total = max(total, number) }
        #expect(made.load(ordering: .relaxed) <= 3)
        #expect(total >= 200)
    }
}
