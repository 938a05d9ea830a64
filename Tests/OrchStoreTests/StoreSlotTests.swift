import OrchModel
import OrchStore
import Synchronization
import TestSupport
import Testing

extension StoreConformance {
    /// Slots of tags, and those that wait for them.
    struct StoreSlotTests {
        private static func draft(
            _ key: AttemptKey, _ tags: [String] = ["db"], id: Identifier = .new(), task: String = "load"
        ) -> SlotDraft {
            SlotDraft(id: id, attempt: key, taskRunID: .new(), taskName: task, tags: tags)
        }

        /// Who is at work, by tag.
        private final class Census: Sendable {
            private let state = Mutex<(atWork: [String: Int], served: Int)>(([:], 0))

            var served: Int { state.withLock { $0.served } }

            func enter(_ tags: [String]) -> [String: Int] {
                state.withLock { state in
                    for tag in tags { state.atWork[tag, default: 0] += 1 }
                    return state.atWork
                }
            }

            func leave(_ tags: [String]) {
                state.withLock { state in
                    for tag in tags { state.atWork[tag, default: 0] -= 1 }
                    state.served += 1
                }
            }
        }

        private static func isGranted(_ change: SlotChange<SlotAnswer>) -> Bool { change.answer == .granted }

        @Test(arguments: StoreKind.all)
        func slotsAreHeldUntilTheyAreGivenBackAndGoToWhoAskedFirst(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let free = try await store.takeSlots(Self.draft(key), at: Sample.at(1))
                #expect(free.answer == .unlimited)
                let made = try await store.saveConcurrencyLimit("db", 1, at: Sample.at(1))
                #expect(made.answer?.limit == 1)
                let drafts = (0..<3).map { Self.draft(key, ["db", "other"], task: "load-\($0)") }
                #expect(Self.isGranted(try await store.takeSlots(drafts[0], at: Sample.at(2))))
                #expect(Self.isGranted(try await store.takeSlots(drafts[0], at: Sample.at(3))))
                for (index, draft) in drafts[1...].enumerated() {
                    let answer = try await store.takeSlots(draft, at: Sample.at(4)).answer
                    let shortage = SlotShortage(
                        tag: "db", limit: 1, held: 1, ahead: index, holder: "load-0 of docker-flow-1")
                    #expect(answer == .waiting([shortage]))
                }
                let status = try #require(try await store.concurrencyLimit("db"))
                #expect((status.limit.held, status.limit.waiting) == (1, 2))
                #expect(status.holders.map(\.taskName) == ["load-0"])
                #expect(status.waiters.map(\.taskName) == ["load-1", "load-2"])
                #expect(status.waiters.map(\.askedAt) == [Sample.at(4), Sample.at(4)])
                // Somebody else's key gives nothing back.
                let other = AttemptKey(runID: key.runID, attempt: 2)
                #expect(try await store.giveBackSlots(drafts[0].id, of: other, at: Sample.at(5)).isEmpty)
                let next = try await store.giveBackSlots(drafts[0].id, of: key, at: Sample.at(5))
                #expect(next == [drafts[1].id])
                #expect(try await store.giveBackSlots(drafts[0].id, of: key, at: Sample.at(5)).isEmpty)
                #expect(Self.isGranted(try await store.takeSlots(drafts[1], at: Sample.at(6))))
                // One that gives up its place makes room as well.
                #expect(try await store.giveBackSlots(drafts[2].id, of: key, at: Sample.at(7)).isEmpty)
                #expect(try await store.concurrencyLimits().map(\.waiting) == [0])
            }
        }

        @Test(arguments: StoreKind.all)
        func anAttemptThatIsOverHoldsNothing(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveConcurrencyLimit("db", 1, at: Sample.at(0))
                let first = try await store.claimedRun()
                let second = try await store.claimedRun(Sample.run("docker-flow-2"))
                let (held, waiting) = (Self.draft(first), Self.draft(second))
                #expect(Self.isGranted(try await store.takeSlots(held, at: Sample.at(2))))
                #expect(!Self.isGranted(try await store.takeSlots(waiting, at: Sample.at(2))))
                #expect(try await store.grantFreeSlots(at: Sample.at(3)).isEmpty)
                // Nobody has heard of its agent for an hour: its container may be at work all the same.
                _ = try await store.markUnobserved(at: Sample.at(3600))
                _ = try await store.takeSlots(waiting, at: Sample.at(3600))
                #expect(try await store.grantFreeSlots(at: Sample.at(3600)).isEmpty)
                let end = AttemptReport(token: "", state: Sample.state(.crashed, at: 3601))
                _ = try await store.apply(end, to: first, at: 3601)
                #expect(try await store.concurrencyLimits().map(\.held) == [0])
                #expect(try await store.grantFreeSlots(at: Sample.at(3602)) == [waiting.id])
                await #expect(throws: StoreError.missingRun("\(first.runID)")) {
                    try await store.takeSlots(Self.draft(first), at: Sample.at(3603))
                }
                let stale = AttemptKey(runID: second.runID, attempt: 7)
                await #expect(throws: StoreError.missingRun("\(second.runID)")) {
                    try await store.takeSlots(Self.draft(stale), at: Sample.at(3603))
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func whoStopsAskingLosesItsPlaceAndWhoHasSlotsDoesNot(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveConcurrencyLimit("db", 1, at: Sample.at(0))
                let key = try await store.claimedRun()
                let drafts = (0..<3).map { _ in Self.draft(key) }
                for draft in drafts { _ = try await store.takeSlots(draft, at: Sample.at(1)) }
                _ = try await store.takeSlots(drafts[2], at: Sample.at(60))
                // The second has been silent for too long; the first holds its slot for ever.
                #expect(try await store.giveBackSlots(drafts[0].id, of: key, at: Sample.at(100)) == [drafts[2].id])
                // Granted, and never picked up: the next one gets it.
                let late = Self.draft(key)
                #expect(!Self.isGranted(try await store.takeSlots(late, at: Sample.at(150))))
                #expect(Self.isGranted(try await store.takeSlots(late, at: Sample.at(200))))
                #expect(!Self.isGranted(try await store.takeSlots(drafts[2], at: Sample.at(200))))
                #expect(!Self.isGranted(try await store.takeSlots(drafts[1], at: Sample.at(100_000))))
            }
        }

        @Test(arguments: StoreKind.all)
        func limitsAreChangedRemovedAndReset(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.saveConcurrencyLimit("db", 0, at: Sample.at(0))
                let drafts = (0..<4).map { _ in Self.draft(key) }
                for draft in drafts { #expect(!Self.isGranted(try await store.takeSlots(draft, at: Sample.at(1)))) }
                let raised = try await store.saveConcurrencyLimit("db", 2, at: Sample.at(2))
                #expect(raised.granted == [drafts[0].id, drafts[1].id])
                #expect(raised.answer?.createdAt == Sample.at(0))
                #expect(raised.answer?.updatedAt == Sample.at(2))
                for draft in drafts[..<2] { _ = try await store.takeSlots(draft, at: Sample.at(2)) }
                let reset = try await store.resetConcurrencyLimit("db", at: Sample.at(3))
                #expect(reset.answer == ConcurrencyReset(freed: 2))
                #expect(reset.granted == [drafts[2].id, drafts[3].id])
                _ = try await store.saveConcurrencyLimit("db", 1, at: Sample.at(4))
                let fifth = Self.draft(key)
                #expect(!Self.isGranted(try await store.takeSlots(fifth, at: Sample.at(4))))
                let removed = try await store.deleteConcurrencyLimit("db", at: Sample.at(5))
                #expect(removed.answer)
                #expect(removed.granted == [fifth.id])
                #expect(try await store.deleteConcurrencyLimit("db", at: Sample.at(5)).answer == false)
                #expect(try await store.resetConcurrencyLimit("db", at: Sample.at(5)).answer == nil)
                #expect(try await store.concurrencyLimit("db") == nil)
                #expect(try await store.concurrencyLimits().isEmpty)
            }
        }

        /// Many tasks with random tags at once: no limit is exceeded at any moment, and each is served.
        @Test(.timeLimit(.minutes(10)), arguments: StoreKind.all)
        func noLimitIsExceededAndEverybodyIsServed(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let limits = ["a": 1, "b": 2, "c": 3]
                for (tag, limit) in limits { _ = try await store.saveConcurrencyLimit(tag, limit, at: Sample.at(0)) }
                let keys = [try await store.claimedRun(), try await store.claimedRun(Sample.run("docker-flow-2"))]
                let census = Census()
                let seed = SeededGenerator.seed(5)
                try await withThrowingTaskGroup { group in
                    var generator = SeededGenerator(seed: seed)
                    for number in 0..<40 {
                        let tags = limits.keys.sorted().filter { _ in Bool.random(using: &generator) } + ["free"]
                        group.addTask {
                            let draft = Self.draft(keys[number % 2], tags)
                            while true {
                                let change = try await store.takeSlots(draft, at: Sample.at(1))
                                guard case .waiting = change.answer else { break }
                                await Task.yield()
                            }
                            for (tag, count) in census.enter(tags) {
                                #expect(count <= limits[tag] ?? .max, "seed \(seed)")
                            }
                            for _ in 0..<3 { await Task.yield() }
                            census.leave(tags)
                            _ = try await store.giveBackSlots(draft.id, of: keys[number % 2], at: Sample.at(1))
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(census.served == 40)
                #expect(try await store.concurrencyLimits().allSatisfy { $0.held == 0 && $0.waiting == 0 })
            }
        }
    }
}
