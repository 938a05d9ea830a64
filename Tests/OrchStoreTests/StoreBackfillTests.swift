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
                        backfill, key: nil, runs: try drafts(8, of: backfill), seen: [:], at: Sample.at(0)) == nil)
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
                    backfill, key: nil, runs: try drafts(3, of: backfill), seen: [:], at: Sample.at(0))
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
                    try await store.createBackfill(
                        one, key: RequestKey("k"), runs: try drafts(2, of: one), seen: [:], at: Sample.at(0)) == nil
                )
                let known = try await store.createBackfill(
                    two, key: RequestKey("k"), runs: try drafts(2, of: two), seen: [:], at: Sample.at(1))
                #expect(known?.id == one.id)
                #expect(try await store.runs(matching: RunQuery()).count == 2)
            }
        }

        @Test(arguments: StoreKind.all)
        func intervalsThatOthersTookMeanwhileAreNotDoubled(kind: StoreKind) async throws {
            try await kind.withStore { store in
                // All were decided on while no run was there.
                let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 1...4 {
                        let backfill = try backfill(3, limit: 3)
                        let drafts = try drafts(3, of: backfill)
                        group.addTask {
                            do {
                                _ = try await store.createBackfill(
                                    backfill, key: nil, runs: drafts, seen: [:], at: Sample.at(0))
                                return true
                            } catch StoreError.intervalsTaken(3, by: "month-1") {
                                return false
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.filter(\.self).count == 1)
                #expect(try await store.runs(matching: RunQuery()).count == 3)
                #expect(try await store.backfills(limit: 10).count == 1)
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatIsTriedAgainMeanwhileKeepsItsInterval(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let first = try backfill(1, limit: 1)
                _ = try await store.createBackfill(
                    first, key: nil, runs: try drafts(1, of: first), seen: [:], at: Sample.at(0))
                try await end(
                    try #require(try await store.claim(Sample.claim(limit: 10, at: 1)).first), .failed, store, at: 2)
                let failed = try #require(try await store.runs(ofBackfill: first.id).first)
                let seen = [try month(1): RunBrief(failed)]
                _ = try await store.retry(RetryRequest(), of: failed.id, by: "user admin", at: Sample.at(3))
                let second = try backfill(1, limit: 1)
                let drafts = try drafts(1, of: second)
                await #expect(throws: StoreError.intervalsTaken(1, by: "month-1")) {
                    try await store.createBackfill(second, key: nil, runs: drafts, seen: seen, at: Sample.at(4))
                }
                try await end(
                    try #require(try await store.claim(Sample.claim(limit: 10, at: 5)).first), .failed, store, at: 6)
                let now = try #require(try await store.runs(ofBackfill: first.id).first)
                let known = try await store.createBackfill(
                    second, key: RequestKey("k"), runs: drafts, seen: [try month(1): RunBrief(now)], at: Sample.at(7))
                #expect(known == nil)
                #expect(try await store.backfill(key: "k")?.id == second.id)
                #expect(try await store.backfill(key: "other") == nil)
            }
        }

        @Test(arguments: StoreKind.all)
        func theLastRunOfEachIntervalIsFound(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(3, limit: 3)
                _ = try await store.createBackfill(
                    backfill, key: nil, runs: try drafts(3, of: backfill), seen: [:], at: Sample.at(0))
                let day = try #require(DataInterval("2020-02-01/2020-02-02"))
                for (name, interval) in [("again", try month(2)), ("day", day)] {
                    var draft = Sample.run(name)
                    draft.run.deploymentID = deployment
                    draft.run.dataInterval = interval
                    try await store.createRun(draft)
                }
                let runs = try await store.lastRuns(
                    of: deployment, from: try month(1).start, to: try month(2).start)
                #expect(runs.mapValues(\.name) == [try month(1): "month-1", try month(2): "again", day: "day"])
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatDependsOnThePastWaitsForItAndHoldsNoSlot(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(3, limit: 1)
                _ = try await store.createBackfill(
                    backfill, key: nil, runs: try drafts(3, of: backfill, dependsOnPast: true), seen: [:],
                    at: Sample.at(0))
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

        private func end(_ claim: Claim, _ type: StateType, _ store: any Store, at seconds: Double) async throws {
            let report = AttemptReport(
                token: "", startedAt: Sample.at(seconds), termination: Termination(exitCode: 1),
                state: Sample.state(type, at: seconds))
            #expect(try await store.apply(report, to: claim.key, at: seconds).word == "applied")
        }

        @Test(arguments: StoreKind.all)
        func runsThatAreTriedAgainWaitForThePastAnew(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(3, limit: 3)
                let drafts = try drafts(3, of: backfill, dependsOnPast: true)
                _ = try await store.createBackfill(backfill, key: nil, runs: drafts, seen: [:], at: Sample.at(0))
                let first = try #require(try await store.claim(Sample.claim(limit: 10, at: 1)).first)
                _ = try await store.changeBackfill(backfill.id, .cancel, at: Sample.at(2))
                let wish = CancellationRequest(by: "user admin", at: Sample.at(2))
                for draft in drafts { _ = try await store.requestCancellation(of: draft.run.id, wish) }
                try await end(first, .cancelled, store, at: 3)
                _ = try await store.changeBackfill(backfill.id, .reopen, at: Sample.at(4))
                for draft in drafts {
                    _ = try await store.retry(RetryRequest(), of: draft.run.id, by: "user admin", at: Sample.at(4))
                }
                let again = try await store.claim(Sample.claim(limit: 10, at: 5))
                #expect(again.map(\.run.name) == ["month-1"])
                let second = try await store.run(drafts[1].run.id)
                #expect(second?.state.message == "waits until month-1, the run of the interval before, has completed")
                try await end(try #require(again.first), .failed, store, at: 6)
                try await store.releasePast()
                #expect(try await store.claim(Sample.claim(limit: 10, at: 7)).isEmpty)
                _ = try await store.retry(RetryRequest(), of: first.run.id, by: "user admin", at: Sample.at(8))
                for (clock, name) in [(9.0, "month-1"), (11, "month-2"), (13, "month-3")] {
                    let claims = try await store.claim(Sample.claim(limit: 10, at: clock))
                    #expect(claims.map(\.run.name) == [name])
                    try await complete(try #require(claims.first), store, at: clock + 1)
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatWasPausedWaitsForThePastAnew(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(2, limit: 2)
                let drafts = try drafts(2, of: backfill, dependsOnPast: true)
                _ = try await store.createBackfill(backfill, key: nil, runs: drafts, seen: [:], at: Sample.at(0))
                let first = try #require(try await store.claim(Sample.claim(limit: 10, at: 1)).first)
                let second = drafts[1].run.id
                for (clock, action) in [(2.0, RunRequest.Action.pause), (3, .resume)] {
                    let wish = RunRequest(action, by: "user admin", at: Sample.at(clock))
                    _ = try await store.request(wish, of: second)
                }
                #expect(
                    try await store.run(second)?.state.message
                        == "waits until month-1, the run of the interval before, has completed")
                #expect(try await store.claim(Sample.claim(limit: 10, at: 4)).isEmpty)
                // What completes while it is paused need not be waited for.
                _ = try await store.request(RunRequest(.pause, by: "user admin", at: Sample.at(5)), of: second)
                try await complete(first, store, at: 6)
                #expect(try await store.claim(Sample.claim(limit: 10, at: 7)).isEmpty)
                _ = try await store.request(RunRequest(.resume, by: "user admin", at: Sample.at(8)), of: second)
                #expect(try await store.claim(Sample.claim(limit: 10, at: 9)).map(\.run.name) == ["month-2"])
            }
        }

        @Test(arguments: StoreKind.all)
        func oneThatIsPausedStaysSoWhenItIsCancelledAndReopened(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(2, limit: 2)
                let marks = ["to": "1", "parameters.month": "2"]
                _ = try await store.createBackfill(
                    backfill, key: RequestKey("k", marks: marks), runs: try drafts(2, of: backfill), seen: [:],
                    at: Sample.at(0))
                #expect(try await store.requestMarks(ofBackfill: backfill.id) == marks)
                func change(_ change: BackfillChange, at seconds: Double) async throws -> Backfill {
                    try #require(try await store.changeBackfill(backfill.id, change, at: Sample.at(seconds)))
                }
                let cancelled = try await change(.cancel, at: 1)
                #expect(cancelled.status == .cancelled && cancelled.pausedAt == nil)
                // What has ended is not paused, and gets no slots.
                #expect(try await change(.pause, at: 2).pausedAt == nil)
                _ = try await change(.limit(1), at: 3)
                #expect(try await store.claim(Sample.claim(limit: 10, at: 3)).isEmpty)
                #expect(try await change(.reopen, at: 4).status == .running)
                #expect(try await change(.pause, at: 5).status == .paused)
                _ = try await change(.cancel, at: 6)
                #expect(try await change(.reopen, at: 7).status == .paused)
                #expect(try await store.claim(Sample.claim(limit: 10, at: 8)).isEmpty)
                #expect(try await change(.resume, at: 9).status == .running)
                #expect(try await store.claim(Sample.claim(limit: 10, at: 10)).count == 1)
            }
        }

        @Test(arguments: StoreKind.all)
        func oneWithoutOpenRunsIsNotCancelled(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(2, limit: 2)
                _ = try await store.createBackfill(
                    backfill, key: nil, runs: try drafts(2, of: backfill), seen: [:], at: Sample.at(0))
                for claim in try await store.claim(Sample.claim(limit: 10, at: 1)) {
                    try await complete(claim, store, at: 2)
                }
                let unchanged = try #require(
                    try await store.changeBackfill(backfill.id, .cancel, at: Sample.at(3)))
                #expect(unchanged.status == .completed && unchanged.cancelledAt == nil && unchanged.pausedAt == nil)
            }
        }

        @Test(arguments: StoreKind.all)
        func oneGoesOnceItIsOldAndItsRunsHaveGone(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let backfill = try backfill(2, limit: 1)
                _ = try await store.createBackfill(
                    backfill, key: RequestKey("year"), runs: try drafts(2, of: backfill), seen: [:], at: Sample.at(0))
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
                _ = try await store.createBackfill(
                    young, key: RequestKey("year"), runs: [], seen: [:], at: Sample.at(200))
                policy.runSeconds = 1e6
                #expect(try await StoreRetentionTests.pass(policy, at: 262, store).removed.backfills == 0)
                #expect(try await store.backfills(limit: 10).map(\.id) == [young.id])
            }
        }
    }
}
