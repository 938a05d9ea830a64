import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreRetryTests {
        private let policy = RunPolicy(retries: 1, retryDelaySeconds: 10)

        private func draft() -> RunDraft {
            var draft = Sample.run()
            draft.launch.policy = policy
            return draft
        }

        private let started = AttemptReport(
            token: "", container: ContainerRecord(id: "c1", name: "orch-x-1"), startedAt: Sample.at(2),
            state: Sample.state(.running, at: 2))
        private let failed = AttemptReport(
            token: "", records: [Sample.line(9)], termination: Termination(exitCode: 3),
            state: Sample.state(.failed, at: 4))

        @Test(arguments: StoreKind.all)
        func anAttemptThatWentWrongIsFollowedByAnother(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun(draft())
                _ = try await store.apply(started, to: key, at: 2)
                #expect(try await store.apply(failed, to: key, at: 5).word == "applied")
                var run = try #require(try await store.run(key.runID))
                #expect(run.state.type == .scheduled)
                #expect(run.state.name == "AwaitingRetry")
                #expect(run.state.message == "attempt 1 Failed: because of the test; attempt 2 of 2 in 10.0 s")
                #expect(run.scheduledFor == Sample.at(15))
                #expect(run.agent == nil && run.endedAt == nil)
                #expect(try await store.claim(Sample.claim(at: 14)).isEmpty)
                #expect(try await store.nextDue(in: ["default"], after: Sample.at(14)) == Sample.at(15))

                let claim = try #require(try await store.claim(Sample.claim("a2", at: 15)).first)
                #expect(claim.run.attempt == 2)
                #expect(claim.run.container == nil && claim.run.termination == nil && claim.run.startedAt == nil)
                let running = AttemptReport(
                    token: "", records: [Sample.line(1)], startedAt: Sample.at(16),
                    state: Sample.state(.running, at: 16))
                _ = try await store.apply(running, to: claim.key, at: 16)
                run = try #require(try await store.run(key.runID))
                #expect(run.state.name == "Retrying")
                #expect(try await store.apply(running, to: claim.key, at: 16).word == "applied")

                let again = AttemptReport(
                    token: "", termination: Termination(exitCode: 4), state: Sample.state(.failed, at: 18))
                _ = try await store.apply(again, to: claim.key, at: 18)
                #expect(try await store.run(key.runID)?.state.type == .failed)
                #expect(
                    try await store.states(of: key.runID).map(\.name)
                        == ["Scheduled", "Pending", "Running", "AwaitingRetry", "Pending", "Retrying", "Failed"])
                let attempts = try await store.attempts(of: key.runID)
                #expect(attempts.map(\.number) == [1, 2])
                #expect(attempts.map(\.agent) == ["a1", "a2"])
                #expect(attempts.map(\.state.type) == [.failed, .failed])
                #expect(attempts.map(\.termination?.exitCode) == [3, 4])
                #expect(attempts.map(\.container?.id) == ["c1", nil])
                #expect(attempts.map(\.startedAt) == [Sample.at(2), Sample.at(16)])
                #expect(attempts.map(\.endedAt) == [Sample.at(4), Sample.at(18)])
                let records = try await store.logs(of: key.runID, matching: LogQuery()).records
                #expect(records.map(\.attempt) == [1, 2])
            }
        }

        @Test(arguments: StoreKind.all)
        func theLastReportOfAnAttemptMayComeAgain(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun(draft())
                _ = try await store.apply(started, to: key, at: 2)
                for _ in 0..<2 { #expect(try await store.apply(failed, to: key, at: 5).word == "applied") }
                _ = try await store.claim(Sample.claim("a2", at: 15))
                #expect(try await store.apply(failed, to: key, at: 16).word == "applied")
                #expect(try await store.apply(started, to: key, at: 16).word == "stale")
                #expect(try await store.run(key.runID)?.state.type == .pending)
                #expect(try await store.attempts(of: key.runID).map(\.state.type) == [.failed, .pending])
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatIsToEndIsNotTriedAgain(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun(draft())
                _ = try await store.apply(started, to: key, at: 2)
                let wish = CancellationRequest(by: "user admin", at: Sample.at(3))
                _ = try await store.requestCancellation(of: key.runID, wish)
                _ = try await store.apply(failed, to: key, at: 5)
                #expect(try await store.run(key.runID)?.state.type == .failed)
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatWaitsForAnotherAttemptIsCancelledAtOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun(draft())
                _ = try await store.apply(started, to: key, at: 2)
                _ = try await store.apply(failed, to: key, at: 5)
                let wish = CancellationRequest(by: "user admin", at: Sample.at(6))
                _ = try await store.requestCancellation(of: key.runID, wish)
                #expect(try await store.run(key.runID)?.state.type == .cancelled)
                #expect(try await store.claim(Sample.claim(at: 100)).isEmpty)
                #expect(try await store.attempts(of: key.runID).map(\.state.type) == [.failed])
            }
        }

        @Test(arguments: StoreKind.all)
        func aClaimWhoseAgentNeverCameBackIsAnAttemptThatCrashed(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.releaseLost(leaseExpiredBefore: Sample.at(100), at: Sample.at(400))
                let attempt = try #require(try await store.attempts(of: key.runID).first)
                #expect(attempt.state.type == .crashed)
                #expect(attempt.state.message == "agent a1 claimed it and never came back")
                #expect(attempt.endedAt == Sample.at(400))
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatNobodyTakesIsLateOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createRun(Sample.run("waiting"))
                try await store.createRun(Sample.run("future", due: 60))
                #expect(try await store.markLate(at: Sample.at(15)).isEmpty)
                #expect(try await store.markLate(at: Sample.at(16)).map(\.name) == ["waiting"])
                #expect(try await store.markLate(at: Sample.at(17)).isEmpty)
                let late = try #require(try await store.runs(matching: RunQuery(state: "late")).first)
                #expect(late.state.type == .scheduled)
                #expect(try await store.claim(Sample.claim(at: 18)).map(\.run.name) == ["waiting"])
            }
        }

        @Test(arguments: StoreKind.all)
        func theKeyThatSealsIsNotedOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var answers: [Bool] = []
                for key in ["one", "one", "two", "one"] { answers.append(try await store.isSealed(withKey: key)) }
                #expect(answers == [true, true, false, true])
            }
        }
    }
}
