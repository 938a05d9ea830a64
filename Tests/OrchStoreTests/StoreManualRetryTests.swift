import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    /// Runs that have ended and that somebody wants tried again.
    struct StoreManualRetryTests {
        private func ended(
            _ type: StateType, _ store: any Store, policy: RunPolicy? = nil
        ) async throws -> AttemptKey {
            var draft = Sample.run()
            draft.launch.policy = policy
            let key = try await store.claimedRun(draft)
            let started = AttemptReport(
                token: "", records: [Sample.line(1)], container: ContainerRecord(id: "c1", name: "orch-x-1"),
                startedAt: Sample.at(2), state: Sample.state(.running, at: 2))
            _ = try await store.apply(started, to: key, at: 2)
            _ = try await store.apply(
                AttemptReport(token: "", termination: Termination(exitCode: 1), state: Sample.state(type, at: 4)),
                to: key, at: 4)
            return key
        }

        private func retry(
            _ key: AttemptKey, _ store: any Store, all: Bool = false, number: Int? = nil, at seconds: Double = 10
        ) async throws -> String {
            let request = RetryRequest(all: all, number: number)
            return switch try await store.retry(request, of: key.runID, by: "user ada", at: Sample.at(seconds)) {
            case .unknown: "unknown"
            case .child: "child"
            case .refused: "refused"
            case .requested: "requested"
            case .unchanged: "unchanged"
            }
        }

        @Test(arguments: StoreKind.all)
        func eachWayToEndIsFollowedByAnotherAttemptOfTheSameRun(kind: StoreKind) async throws {
            for type in [StateType.failed, .crashed, .cancelled, .completed] {
                try await kind.withStore { store in
                    let key = try await ended(type, store)
                    if type == .completed { #expect(try await retry(key, store) == "refused") }
                    #expect(try await retry(key, store, all: type == .completed, number: 1) == "requested")
                    let run = try #require(try await store.run(key.runID))
                    #expect(run.state.type == .scheduled && run.state.name == "AwaitingRetry")
                    #expect(run.agent == nil && run.endedAt == nil && run.attempt == 1)
                    #expect(run.retry?.after == 1 && run.retry?.by == "user ada")
                    // The same wish again, now, while it waits, and once the attempt is at work.
                    #expect(try await retry(key, store, number: 1) == "unchanged")
                    let claim = try #require(try await store.claim(Sample.claim("a2", at: 11)).first)
                    #expect(claim.key == AttemptKey(runID: key.runID, attempt: 2))
                    #expect(claim.run.parameters == run.parameters)
                    #expect(claim.run.startedAt == nil && claim.run.container == nil && claim.run.termination == nil)
                    #expect(try await retry(key, store, number: 1) == "unchanged")
                    #expect(try await retry(key, store) == "refused")
                    let running = AttemptReport(
                        token: "", startedAt: Sample.at(12), state: Sample.state(.running, at: 12, actor: "agent a2"))
                    _ = try await store.apply(running, to: claim.key, at: 12)
                    #expect(try await store.run(key.runID)?.state.name == "Retrying")
                    _ = try await store.apply(
                        AttemptReport(token: "", state: Sample.state(.completed, at: 14, actor: "agent a2")),
                        to: claim.key, at: 14)
                    let attempts = try await store.attempts(of: key.runID)
                    #expect(attempts.map(\.state.type) == [type, .completed])
                    #expect(attempts.map(\.endedAt) == [Sample.at(4), Sample.at(14)])
                    #expect(attempts.map(\.container?.id) == ["c1", nil])
                    let names = try await store.states(of: key.runID).map(\.name)
                    #expect(names.suffix(5) == [type.defaultName, "AwaitingRetry", "Pending", "Retrying", "Completed"])
                    // A wish that was long on its way begins no third attempt.
                    #expect(try await retry(key, store, number: 1) == "unchanged")
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func noReportOfTheAttemptThatIsOverChangesAnything(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await ended(.failed, store)
                // No report brings back what has ended.
                let back = AttemptReport(token: "", state: Sample.state(.scheduled, at: 5))
                #expect(try await store.apply(back, to: key, at: 5).word == "refused")
                #expect(try await retry(key, store) == "requested")
                let late = AttemptReport(
                    token: "", records: [Sample.line(2)], state: Sample.state(.running, at: 3))
                #expect(try await store.apply(late, to: key, at: 11).word == "stale")
                // Its last report comes again, as its answer was lost.
                let last = AttemptReport(token: "", state: Sample.state(.failed, at: 4))
                #expect(try await store.apply(last, to: key, at: 11).word == "applied")
                #expect(try await store.run(key.runID)?.state.type == .scheduled)
                #expect(try await store.renew([key], of: "a1", until: Sample.at(60), at: Sample.at(11)) == [key])
                #expect(try await store.held(by: "a1").isEmpty)
                #expect(try await store.logs(of: key.runID, matching: LogQuery()).records.count == 1)
            }
        }

        @Test(arguments: StoreKind.all)
        func automaticRetriesAreCountedAnew(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let policy = RunPolicy(retries: 1)
                let key = try await ended(.failed, store, policy: policy)
                func fail(_ number: Int, at seconds: Double) async throws -> FlowRun? {
                    let claim = try #require(try await store.claim(Sample.claim(at: seconds)).first)
                    #expect(claim.key.attempt == number)
                    let failed = AttemptReport(token: "", state: Sample.state(.failed, at: seconds + 1))
                    _ = try await store.apply(failed, to: claim.key, at: seconds + 1)
                    return try await store.run(key.runID)
                }
                #expect(try await store.run(key.runID)?.state.name == "AwaitingRetry")
                #expect(try await fail(2, at: 20)?.state.type == .failed)
                #expect(try await retry(key, store, at: 30) == "requested")
                let third = try #require(try await fail(3, at: 31))
                #expect(third.state.name == "AwaitingRetry")
                #expect(
                    third.state.message.contains("attempt 3 Failed") && third.state.message.contains("attempt 4 of 4"))
                #expect(try await fail(4, at: 40)?.state.type == .failed)
            }
        }

        @Test(arguments: StoreKind.all)
        func whatIsHeldOrRemovedIsNotTriedAgain(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await ended(.failed, store)
                var policy = RetentionPolicy()
                policy.logSeconds = 100
                _ = try await StoreRetentionTests.pass(policy, at: 2000, store)
                #expect(try await store.run(key.runID)?.logsRemovedAt != nil)
                #expect(try await retry(key, store) == "refused")
                let nobody = AttemptKey(runID: .new(), attempt: 1)
                #expect(try await retry(nobody, store) == "unknown")
            }
        }

        @Test(arguments: StoreKind.all)
        func aSubFlowIsTriedAgainWithItsRun(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let flow = ChildRunReport(
                    id: .new(), parentRunID: key.runID, flowName: "sub", parameters: [:],
                    state: Sample.state(.failed, at: 3, actor: "flow"))
                _ = try await store.apply(AttemptReport(token: "", childRuns: [flow]), to: key, at: 3)
                #expect(try await retry(AttemptKey(runID: flow.id, attempt: 1), store) == "child")
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatIsTriedAgainIsCancelledAndPausedAsAnyOther(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await ended(.crashed, store)
                #expect(try await retry(key, store) == "requested")
                let pause = RunRequest(.pause, by: "user ada", at: Sample.at(11))
                _ = try await store.request(pause, of: key.runID)
                #expect(try await store.run(key.runID)?.state.type == .paused)
                #expect(try await store.claim(Sample.claim(at: 12)).isEmpty)
                let wish = CancellationRequest(by: "user ada", at: Sample.at(13))
                _ = try await store.requestCancellation(of: key.runID, wish)
                #expect(try await store.run(key.runID)?.state.type == .cancelled)
                // The wish that was there before, long on its way, is not another one.
                #expect(try await retry(key, store, number: 1, at: 14) == "unchanged")
                #expect(try await store.run(key.runID)?.state.type == .cancelled)
                #expect(try await retry(key, store, number: 2, at: 14) == "requested")
                #expect(try await store.claim(Sample.claim(at: 15)).map(\.key.attempt) == [2])
            }
        }

        @Test(arguments: StoreKind.all)
        func tasksAreKnownByTheAttemptTheyAreOf(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                func task(_ name: String, _ result: String?) -> TaskRun {
                    TaskRun(
                        id: .new(), flowRunID: key.runID, name: name, attempt: 1,
                        state: Sample.state(.completed, at: 3, actor: "flow"),
                        details: result.map { TaskDetails(result: $0) })
                }
                _ = try await store.apply(
                    AttemptReport(token: "", taskRuns: [task("a", "k"), task("b", nil)]), to: key, at: 3)
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.failed, at: 4)), to: key, at: 4)
                #expect(try await retry(key, store) == "requested")
                let claim = try #require(try await store.claim(Sample.claim(at: 11)).first)
                _ = try await store.apply(AttemptReport(token: "", taskRuns: [task("a", "k")]), to: claim.key, at: 12)
                let entry = CacheEntry(
                    key: "k", flowName: claim.run.flowName, taskName: "a", codeVersion: "", bytes: 1, runID: key.runID,
                    runName: "r", madeAt: Sample.at(3), expiresAt: Sample.at(1000))
                try await store.keep(
                    CachedResult(entry: entry, subject: "s", value: Array("1".utf8), holder: "h"), at: Sample.at(3))
                let facts = try #require(
                    try await store.retryFacts(of: key.runID) { sealed, attempt in
                        "\(sealed)" + (attempt > 2 ? "?" : "")
                    })
                #expect(facts.tasks.map(\.task.name) == ["a", "b", "a"])
                #expect(facts.tasks.map(\.attempt) == [1, 1, 2])
                #expect(Set(facts.results.keys) == ["k"])
                #expect(facts.kind == .sdk)
            }
        }

        @Test(arguments: StoreKind.all)
        func resultsFromBeforeAMomentAreMadeAnew(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let entry = CacheEntry(
                    key: "k", flowName: "f", taskName: "a", codeVersion: "", bytes: 1, runID: .new(), runName: "r",
                    madeAt: Sample.at(3), expiresAt: Sample.at(1000))
                try await store.keep(
                    CachedResult(entry: entry, subject: "s", value: Array("1".utf8), holder: "h"), at: Sample.at(3))
                func look(since: Double?) async throws -> CacheAnswer {
                    try await store.lookUp(
                        CacheRequest(
                            lock: CacheLock(flow: "f", key: "k", holder: "h"), subject: "s", refresh: false,
                            runID: .new(),
                            runName: "r2", leaseUntil: Sample.at(60), since: since.map(Sample.at)), at: Sample.at(30))
                }
                for since in [nil, 2.0, 3.0] {
                    guard case .hit = try await look(since: since) else {
                        Issue.record("expected the result, since \(since ?? 0)")
                        continue
                    }
                }
                guard case .miss(let miss) = try await look(since: 4) else {
                    Issue.record("expected no result")
                    return
                }
                #expect(miss.reason == .refresh && miss.earlier?.key == "k")
            }
        }
    }
}
