import Synchronization
import Testing

@testable import OrchETL

struct HostSlotsTests {
    /// Something that tasks wait for.
    private final class Gate: Sendable {
        private let stream: AsyncStream<Void>
        private let signal: AsyncStream<Void>.Continuation

        init() { (stream, signal) = AsyncStream.makeStream() }
        func open() { signal.finish() }
        func wait() async { for await _ in stream {} }
    }

    /// Counts those inside.
    private final class Crowd: Sendable {
        private let counts = Mutex([0, 0])
        var now: Int { counts.withLock { $0[0] } }
        var most: Int { counts.withLock { $0[1] } }
        func enter() { counts.withLock { $0 = [$0[0] + 1, max($0[1], $0[0] + 1)] } }
        func leave() { counts.withLock { $0[0] -= 1 } }
    }

    @Test func neverRunsMoreAtOnce() async throws {
        let slots = HostSlots(perHost: 3)
        let crowd = Crowd()
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    try await slots.withSlot(of: "a:1") {
                        crowd.enter()
                        await Task.yield()
                        crowd.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(crowd.now == 0)
        #expect((1...3).contains(crowd.most))
    }

    @Test func hostsDoNotWaitForEachOther() async throws {
        let slots = HostSlots(perHost: 1)
        try await slots.withSlot(of: "a:1") {
            try await slots.withSlot(of: "a:2") {}
        }
    }

    @Test func aCancelledTaskStopsWaitingAndTakesNoSlot() async throws {
        let slots = HostSlots(perHost: 1)
        let (gate, entered) = (Gate(), Gate())
        let holder = Task {
            try await slots.withSlot(of: "a:1") {
                entered.open()
                await gate.wait()
            }
        }
        await entered.wait()
        let waiting = Task { try await slots.withSlot(of: "a:1") { Issue.record("it got a slot that was taken") } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        gate.open()
        try await holder.value
        try await slots.withSlot(of: "a:1") {}
    }

    @Test func anErrorGivesTheSlotBack() async throws {
        let slots = HostSlots(perHost: 1)
        await #expect(throws: ETLError.self) {
            try await slots.withSlot(of: "a:1") { throw ETLError.sourceNotFound("x") }
        }
        try await slots.withSlot(of: "a:1") {}
    }
}
