import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreClaimTests {
        @Test(arguments: StoreKind.all)
        func aClaimTakesTheRunAndGivesAllThatLaunchesIt(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let draft = Sample.run(sealed: [1, 2, 3])
                try await store.createRun(draft)
                let claim = try #require(try await store.claim(Sample.claim()).first)
                #expect(claim.launch == draft.launch)
                #expect(claim.sealedParameters == [1, 2, 3])
                #expect(claim.run.attempt == 1)
                #expect(claim.run.agent == "a1")
                #expect(claim.run.state.type == .pending)
                #expect(try await store.run(draft.run.id) == claim.run)
                #expect(try await store.held(by: "a1").map(\.key) == [claim.key])
                #expect(try await store.held(by: "a2").isEmpty)
                #expect(try await store.states(of: draft.run.id).map(\.type) == [.scheduled, .pending])
            }
        }

        @Test(arguments: StoreKind.all)
        func onlyDueRunsOfTheAgentsQueuesAreClaimedOldestFirst(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createRun(Sample.run("late", due: 0.9))
                try await store.createRun(Sample.run("early", due: 0.1))
                try await store.createRun(Sample.run("future", due: 60))
                try await store.createRun(Sample.run("elsewhere", queue: "gpu"))
                let claims = try await store.claim(Sample.claim(queues: ["default", "other"], limit: 10))
                #expect(claims.map(\.run.name) == ["early", "late"])
                #expect(try await store.claim(Sample.claim("a2", queues: ["gpu"])).map(\.run.name) == ["elsewhere"])
                #expect(try await store.claim(Sample.claim(limit: 5, at: 61)).map(\.run.name) == ["future"])
            }
        }

        @Test(arguments: StoreKind.all)
        func aClaimOfNothingOnlyNotesTheAgent(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createRun(Sample.run())
                #expect(try await store.claim(Sample.claim(limit: 0)).isEmpty)
                #expect(try await store.agents().map(\.info) == [Sample.agent()])
                #expect(try await store.agents().map(\.lastSeenAt) == [Sample.at(1)])
            }
        }

        @Test(arguments: StoreKind.all)
        func eightClaimersTakeEachOfTwoHundredRunsOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await withThrowingTaskGroup { group in
                    for index in 0..<200 {
                        group.addTask { try await store.createRun(Sample.run("run-\(index)")) }
                    }
                    try await group.waitForAll()
                }
                let names = try await withThrowingTaskGroup(of: [String].self) { group in
                    for claimer in 0..<8 {
                        group.addTask {
                            var taken: [String] = []
                            while true {
                                let claims = try await store.claim(Sample.claim("a\(claimer)", limit: 1 + claimer % 3))
                                guard !claims.isEmpty else { return taken }
                                #expect(claims.allSatisfy { $0.run.attempt == 1 && $0.run.agent == "a\(claimer)" })
                                taken += claims.map(\.run.name)
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(names.count == 200)
                #expect(Set(names).count == 200)
            }
        }

        @Test(arguments: StoreKind.all)
        func renewalTellsWhatIsNoLongerTheAgents(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let mine = try await store.claimedRun(Sample.run("mine"))
                let ended = try await store.claimedRun(Sample.run("ended"))
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.failed, at: 2)), to: ended, at: 2)
                let older = AttemptKey(runID: mine.runID, attempt: 0)
                let unknown = AttemptKey(runID: .new(), attempt: 1)
                let keys = [mine, ended, older, unknown]
                let stale = try await store.renew(keys, of: "a1", until: Sample.at(90), at: Sample.at(60))
                #expect(stale == [ended, older, unknown])
                #expect(try await store.renew([mine], of: "a2", until: Sample.at(90), at: Sample.at(60)) == [mine])
                #expect(try await store.agents().map(\.lastSeenAt) == [Sample.at(60)])
            }
        }

        @Test(arguments: StoreKind.all)
        func aSilentAgentsRunIsMarkedOnceAndUnmarkedWhenObservedAgain(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.running, at: 2)), to: key, at: 2)
                #expect(try await store.markUnobserved(at: Sample.at(31)).isEmpty)
                #expect(try await store.markUnobserved(at: Sample.at(40)) == [key.runID])
                #expect(try await store.markUnobserved(at: Sample.at(50)).isEmpty)
                #expect(try await store.run(key.runID)?.state.type == .running)
                _ = try await store.renew([key], of: "a1", until: Sample.at(90), at: Sample.at(60))
                #expect(try await store.markUnobserved(at: Sample.at(61)).isEmpty)
                let log = try await store.logs(of: key.runID, matching: LogQuery()).records
                #expect(log.map(\.level) == [.warning, .info])
                #expect(log.map(\.source) == [.orch, .orch])
                #expect(log.map(\.sequence) == [-1, -2])
            }
        }

        @Test(arguments: StoreKind.all)
        func aLostClaimGoesBackAndItsOldAttemptIsStale(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                #expect(try await store.releaseLost(leaseExpiredBefore: Sample.at(31), at: Sample.at(400)).isEmpty)
                let released = try await store.releaseLost(leaseExpiredBefore: Sample.at(32), at: Sample.at(400))
                #expect(released.map(\.id) == [key.runID])
                #expect(released.map(\.state.type) == [.scheduled])
                let late = AttemptReport(token: "", records: [Sample.line(1)], state: Sample.state(.running, at: 401))
                #expect(try await store.apply(late, to: key, at: 401).word == "stale")
                #expect(try await store.renew([key], of: "a1", until: Sample.at(500), at: Sample.at(401)) == [key])
                let claim = try #require(try await store.claim(Sample.claim("a2", at: 402)).first)
                #expect(claim.run.attempt == 2)
                #expect(try await store.apply(late, to: key, at: 403).word == "stale")
                #expect(try await store.logs(of: key.runID, matching: LogQuery()).records.isEmpty)
            }
        }

        @Test(arguments: StoreKind.all)
        func aClaimWithAContainerIsNeverReleased(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let report = AttemptReport(token: "", container: ContainerRecord(id: "c1", name: "orch-x-1"))
                _ = try await store.apply(report, to: key, at: 2)
                #expect(try await store.releaseLost(leaseExpiredBefore: Sample.at(1000), at: Sample.at(1001)).isEmpty)
            }
        }

        @Test(arguments: StoreKind.all)
        func aLostClaimThatWasToEndIsCancelled(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let wish = CancellationRequest(by: "user admin", at: Sample.at(2))
                _ = try await store.requestCancellation(of: key.runID, wish)
                let released = try await store.releaseLost(leaseExpiredBefore: Sample.at(1000), at: Sample.at(1001))
                #expect(released.map(\.state.type) == [.cancelled])
                #expect(try await store.claim(Sample.claim(at: 1002)).isEmpty)
            }
        }
    }
}
