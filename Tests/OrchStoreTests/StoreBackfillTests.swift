import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreBackfillTests {
        private let deployment = Identifier.new()

        private func backfill(_ total: Int, limit: Int) throws -> Backfill {
            Backfill(
                id: .new(), deploymentID: deployment, deploymentName: "docker-flow", flowName: "parent_flow_runner",
                request: BackfillRequest(
                    deployment: "docker-flow", from: try #require(BackfillBound("2020")),
                    to: try #require(BackfillBound("2021"))),
                createdAt: Sample.at(0), createdBy: "user admin", limit: limit, total: total)
        }

        private func month(_ number: Int) throws -> DataInterval {
            func day(_ month: Int) -> String { "2020-\(month < 10 ? "0" : "")\(month)-01" }
            return try #require(DataInterval("\(day(number))/\(day(number + 1))"))
        }

        private func drafts(_ count: Int, of backfill: Backfill, dependsOnPast: Bool = false) throws -> [RunDraft] {
            try (1...count).map { number in
                var draft = Sample.run("month-\(number)")
                draft.run.deploymentID = deployment
                draft.run.dataInterval = try month(number)
                draft.run.backfillID = backfill.id
                draft.run.idempotencyKey = "backfill/\(backfill.id)/\(number)"
                draft.launch.dependsOnPast = dependsOnPast ? true : nil
                return draft
            }
        }

        private func complete(_ claim: Claim, _ store: any Store, at seconds: Double) async throws {
            let report = AttemptReport(
                token: "", startedAt: Sample.at(seconds), termination: Termination(exitCode: 0),
                state: Sample.state(.completed, at: seconds))
            #expect(try await store.apply(report, to: claim.key, at: seconds).word == "applied")
        }

        @Test(arguments: StoreKind.all)
        func noMoreOfItsRunsAreLiveThanItMayHave(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(8, limit: 3)
                #expect(
                    try await store.createBackfill(
                        backfill, key: nil, runs: try drafts(8, of: backfill), at: Sample.at(0)) == nil)
                var order: [String] = []
                var live: [Claim] = []
                var clock = 1.0
                while order.count < 8 {
                    let claims = try await store.claim(Sample.claim(limit: 10, at: clock))
                    live += claims
                    order += claims.map(\.run.name)
                    #expect(live.count <= 3)
                    try #require(!live.isEmpty)
                    clock += 1
                    try await complete(live.removeFirst(), store, at: clock)
                }
                #expect(order == (1...8).map { "month-\($0)" })
                for claim in live { try await complete(claim, store, at: clock + 1) }
                let ended = try #require(try await store.backfill(backfill.id))
                #expect(ended.status == .completed && ended.completed == 8 && ended.open == 0)
            }
        }

        @Test(arguments: StoreKind.all)
        func aPausedOneStartsNoFurtherRunUntilItIsResumed(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(3, limit: 1)
                _ = try await store.createBackfill(
                    backfill, key: nil, runs: try drafts(3, of: backfill), at: Sample.at(0))
                let first = try #require(try await store.claim(Sample.claim(limit: 10, at: 1)).first)
                let paused = try await store.changeBackfill(backfill.id, .pause, at: Sample.at(2))
                #expect(paused?.status == .paused)
                try await complete(first, store, at: 3)
                #expect(try await store.claim(Sample.claim(limit: 10, at: 4)).isEmpty)
                let resumed = try await store.changeBackfill(backfill.id, .resume, at: Sample.at(5))
                #expect(resumed?.status == .running)
                #expect(try await store.claim(Sample.claim(limit: 10, at: 6)).map(\.run.name) == ["month-2"])
                #expect(try await store.changeBackfill(backfill.id, .limit(2), at: Sample.at(7))?.limit == 2)
                #expect(try await store.claim(Sample.claim(limit: 10, at: 8)).map(\.run.name) == ["month-3"])
            }
        }

        @Test(arguments: StoreKind.all)
        func theSameKeyMakesOneBackfill(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let (one, two) = (try backfill(2, limit: 1), try backfill(2, limit: 1))
                #expect(
                    try await store.createBackfill(one, key: "k", runs: try drafts(2, of: one), at: Sample.at(0)) == nil
                )
                let known = try await store.createBackfill(
                    two, key: "k", runs: try drafts(2, of: two), at: Sample.at(1))
                #expect(known?.id == one.id)
                #expect(try await store.runs(matching: RunQuery()).count == 2)
            }
        }

        @Test(arguments: StoreKind.all)
        func theLastRunOfEachIntervalIsFound(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(3, limit: 3)
                _ = try await store.createBackfill(
                    backfill, key: nil, runs: try drafts(3, of: backfill), at: Sample.at(0))
                var again = Sample.run("again")
                again.run.deploymentID = deployment
                again.run.dataInterval = try month(2)
                try await store.createRun(again)
                let runs = try await store.lastRuns(
                    of: deployment, from: try month(1).start, to: try month(2).start)
                #expect(runs.mapValues(\.name) == [try month(1).start: "month-1", try month(2).start: "again"])
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatDependsOnThePastWaitsForItAndHoldsNoSlot(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(3, limit: 1)
                _ = try await store.createBackfill(
                    backfill, key: nil, runs: try drafts(3, of: backfill, dependsOnPast: true), at: Sample.at(0))
                let first = try #require(try await store.claim(Sample.claim(limit: 10, at: 1)).first)
                #expect(first.run.name == "month-1")
                let waiting = try #require(try await store.runs(ofBackfill: backfill.id).last)
                #expect(waiting.state.message == "waits until month-2, the run of the interval before, has completed")
                let failed = AttemptReport(
                    token: "", startedAt: Sample.at(2), termination: Termination(exitCode: 1),
                    state: Sample.state(.failed, at: 2))
                _ = try await store.apply(failed, to: first.key, at: 2)
                try await store.releasePast()
                #expect(try await store.claim(Sample.claim(limit: 10, at: 3)).isEmpty)
                _ = try await store.retry(RetryRequest(), of: first.run.id, by: "user admin", at: Sample.at(4))
                for (clock, name) in [(5.0, "month-1"), (7, "month-2"), (9, "month-3")] {
                    let claims = try await store.claim(Sample.claim(limit: 10, at: clock))
                    #expect(claims.map(\.run.name) == [name])
                    try await complete(try #require(claims.first), store, at: clock + 1)
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func oneGoesOnceItIsOldAndItsRunsHaveGone(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(2, limit: 1)
                _ = try await store.createBackfill(
                    backfill, key: "year", runs: try drafts(2, of: backfill), at: Sample.at(0))
                var policy = StoreRetentionTests.keepsAll
                policy.runSeconds = 100
                for clock in [1.0, 150] {
                    let claim = try #require(try await store.claim(Sample.claim(limit: 1, at: clock)).first)
                    // Its last run waits, and then lives: the backfill stays, old as it is.
                    let removed = try await StoreRetentionTests.pass(policy, at: clock + 120, store).removed
                    #expect(removed.backfills == 0 && removed.runs == (clock > 1 ? 1 : 0))
                    try await complete(claim, store, at: clock + 1)
                }
                #expect(try await store.backfill(backfill.id)?.states == ["Completed": 1])
                #expect(try await store.retentionStatus(policy, at: Sample.at(240)).due.backfills == 0)
                #expect(try await store.retentionStatus(policy, at: Sample.at(260)).due.backfills == 1)
                var removed = try await StoreRetentionTests.pass(policy, at: 260, store).removed
                removed += try await StoreRetentionTests.pass(policy, at: 261, store).removed
                #expect(removed.runs == 1 && removed.backfills == 1)
                #expect(try await store.backfills(limit: 10).isEmpty)
                #expect(try await store.runLimits().isEmpty)
                // What is younger than its runs' span stays without them.
                let young = try self.backfill(1, limit: 1)
                _ = try await store.createBackfill(young, key: "year", runs: [], at: Sample.at(200))
                policy.runSeconds = 1e6
                #expect(try await StoreRetentionTests.pass(policy, at: 262, store).removed.backfills == 0)
                #expect(try await store.backfills(limit: 10).map(\.id) == [young.id])
            }
        }
    }
}
