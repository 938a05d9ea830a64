import TestSupport
import Testing

@testable import OrchStore

struct SlotQueueTests {
    private func grant(
        _ limits: [String: Int], held: [String: Int] = [:], _ waiters: [[String]]
    ) -> [Int64] {
        var queue = SlotQueue(limits: limits, held: held)
        return queue.grant(waiters.enumerated().map { .init(position: Int64($0), tags: $1) })
    }

    @Test func slotsGoToThoseThatAskedFirst() {
        #expect(grant(["a": 2], [["a"], ["a"], ["a"]]) == [0, 1])
        #expect(grant(["a": 2], held: ["a": 2], [["a"]]) == [])
        #expect(grant(["a": 1], held: ["a": 3], [["a"], ["b"]]) == [1])
    }

    @Test func severalTagsAreAllOrNothing() {
        #expect(grant(["a": 1, "b": 1], held: ["b": 1], [["a", "b"]]) == [])
        #expect(grant(["a": 1, "b": 1], [["a", "b"], ["a"], ["b"]]) == [0])
        #expect(grant(["a": 1], [["a", "a", "x"]]) == [0])
    }

    @Test func nobodyOvertakesForASlotThatAnotherWaitsFor() {
        // The first waits for b; its slot of a is kept for it, and a second one is not.
        #expect(grant(["a": 1, "b": 1], held: ["b": 1], [["a", "b"], ["a"]]) == [])
        #expect(grant(["a": 2, "b": 1], held: ["b": 1], [["a", "b"], ["a"], ["a"]]) == [1])
    }

    @Test func aLimitOfNothingHoldsUpNobodyElse() {
        #expect(grant(["a": 1, "none": 0], [["a", "none"], ["a"], ["none"]]) == [1])
    }

    @Test func noRuleIsBrokenByAnyOrderOfEvents() {
        let seed = SeededGenerator.seed(1)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let tags = ["a", "b", "c"]
            var limits: [String: Int] = [:]
            for tag in tags where Bool.random(using: &generator) {
                limits[tag] = Int.random(in: 1...3, using: &generator)
            }
            var waiting: [SlotQueue.Waiter] = []
            var holding: [[String]] = []
            var next: Int64 = 0
            func step() {
                let held = holding.flatMap { $0 }.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                var queue = SlotQueue(limits: limits, held: held)
                let granted = Set(queue.grant(waiting))
                holding += waiting.filter { granted.contains($0.position) }.map { Array(Set($0.tags)) }
                waiting.removeAll { granted.contains($0.position) }
                for (tag, limit) in limits {
                    #expect(holding.filter { $0.contains(tag) }.count <= limit, "seed \(seed)")
                }
            }
            for _ in 0..<60 {
                if Bool.random(using: &generator) {
                    let wanted = tags.filter { _ in Bool.random(using: &generator) }
                    waiting.append(.init(position: next, tags: wanted))
                    next += 1
                } else if !holding.isEmpty {
                    holding.remove(at: Int.random(in: 0..<holding.count, using: &generator))
                }
                step()
            }
            // Everybody is served once slots come back.
            for _ in 0..<200 where !waiting.isEmpty {
                if !holding.isEmpty { holding.removeFirst() }
                step()
            }
            #expect(waiting.isEmpty, "seed \(seed)")
        }
    }
}
