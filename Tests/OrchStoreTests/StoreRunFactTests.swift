import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreRunFactTests {
        @Test(arguments: StoreKind.all)
        func ofThoseThatMakeARunWithOneKeyTheFirstMakesIt(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let drafts = (0..<8).map { number in
                    var draft = Sample.run("run-\(number)")
                    draft.run.idempotencyKey = "key/1"
                    return draft
                }
                let known = try await withThrowingTaskGroup(of: FlowRun?.self) { group in
                    for draft in drafts { group.addTask { try await store.createRun(draft) } }
                    return try await group.reduce(into: [FlowRun?]()) { $0.append($1) }
                }
                let runs = try await store.runs(matching: RunQuery())
                #expect(runs.count == 1)
                #expect(known.count { $0 == nil } == 1)
                #expect(Set(known.compactMap { $0?.id }) == [try #require(runs.first).id])
                #expect(runs.first?.idempotencyKey == "key/1")
                #expect(try await store.createRun(Sample.run("other")) == nil)
            }
        }

        @Test(arguments: StoreKind.all)
        func whatARunIsMadeWithStaysWithIt(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run()
                (draft.run.priority, draft.run.notes, draft.run.backfillID) = (7, "checked by hand", .new())
                draft.run.requires = ["gpu": true]
                draft.run.schedule = ScheduledSlot(
                    scheduleID: .new(), slug: "monthly", slot: try #require(ScheduleSlot("2020-07-02T07:00/0")))
                try await store.createRun(draft)
                #expect(try await store.run(draft.run.id) == draft.run)
                var request = Sample.claim()
                request.agent.labels = ["gpu": true]
                let claim = try #require(try await store.claim(request).first)
                #expect(claim.run.schedule == draft.run.schedule && claim.run.notes == draft.run.notes)
            }
        }

        @Test(arguments: StoreKind.all)
        func aPriorityIsSoManyMinutesInTheQueue(kind: StoreKind) async throws {
            try await kind.withStore { store in
                for (name, due, priority) in [("late", 0.0, 2), ("first", 60, nil), ("last", 61, 1)] as [(_, _, Int?)] {
                    var draft = Sample.run(name, due: due)
                    draft.run.priority = priority
                    try await store.createRun(draft)
                }
                var order: [String] = []
                for _ in 0..<3 { order += try await store.claim(Sample.claim(at: 100)).map(\.run.name) }
                #expect(order == ["first", "late", "last"])
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunIsLateWhenItsPolicySaysSo(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var patient = Sample.run("patient")
                patient.launch.policy = RunPolicy()
                patient.launch.policy?.lateAfterSeconds = 100
                try await store.createRun(patient)
                try await store.createRun(Sample.run("usual"))
                #expect(try await store.markLate(at: Sample.at(16)).map(\.name) == ["usual"])
                #expect(try await store.markLate(at: Sample.at(100)).isEmpty)
                #expect(try await store.markLate(at: Sample.at(101)).map(\.name) == ["patient"])
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunIsOverdueUntilItHasEndedOrIsToEnd(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run(due: 10)
                draft.launch.policy = RunPolicy()
                draft.launch.policy?.deadlineSeconds = 60
                try await store.createRun(draft)
                try await store.createRun(Sample.run("without"))
                #expect(try await store.overdue(at: Sample.at(69)).isEmpty)
                let overdue = try await store.overdue(at: Sample.at(70))
                #expect(overdue.map(\.run) == [draft.run.id] && overdue.map(\.deadline) == [Sample.at(70)])
                _ = try await store.requestCancellation(
                    of: draft.run.id, CancellationRequest(by: "its deadline", at: Sample.at(70)))
                #expect(try await store.overdue(at: Sample.at(71)).isEmpty)
                // Whoever wants more of it than its deadline allowed has it without one.
                _ = try await store.retry(
                    RetryRequest(), of: draft.run.id, by: "user admin", at: Sample.at(80))
                #expect(try await store.run(draft.run.id)?.state.type == .scheduled)
                #expect(try await store.overdue(at: Sample.at(1000)).isEmpty)
            }
        }

        @Test(arguments: StoreKind.all)
        func anAttemptThatTakesLongerThanExpectedIsToldOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run()
                draft.launch.policy = RunPolicy()
                draft.launch.policy?.expectedSeconds = 30
                let key = try await store.claimedRun(draft)
                #expect(try await store.markSlow(at: Sample.at(1000)).isEmpty)
                let started = AttemptReport(
                    token: "", startedAt: Sample.at(2), state: Sample.state(.running, at: 2))
                _ = try await store.apply(started, to: key, at: 2)
                #expect(try await store.markSlow(at: Sample.at(31)).isEmpty)
                #expect(try await store.markSlow(at: Sample.at(32)) == [key.runID])
                #expect(try await store.markSlow(at: Sample.at(33)).isEmpty)
                let log = try await store.logs(of: key.runID, matching: LogQuery())
                #expect(log.records.map(\.message) == ["it takes longer than its deployment expects"])
            }
        }
    }
}
