import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    /// Pausing, suspending and resuming.
    struct StorePauseTests {
        private func request(_ action: RunRequest.Action, at seconds: Double = 10) -> RunRequest {
            RunRequest(action, by: "user admin", at: Sample.at(seconds))
        }

        private func requested(_ outcome: RequestOutcome) throws -> FlowRun {
            guard case .requested(let run) = outcome else {
                throw Unexpected(text: "\(outcome)")
            }
            return run
        }

        private struct Unexpected: Error {
            var text: String
        }

        private func running(at seconds: Double) -> AttemptReport {
            AttemptReport(
                token: "", container: ContainerRecord(id: "c1", name: "orch-x-1"), startedAt: Sample.at(seconds),
                state: Sample.state(.running, at: seconds))
        }

        private func suspended(at seconds: Double, _ request: RunRequest) -> AttemptReport {
            AttemptReport(
                token: "", termination: Termination(exitCode: 143, signal: 15),
                state: Sample.state(.paused, name: "Suspended", at: seconds), settled: request)
        }

        @Test(arguments: StoreKind.all)
        func aWaitingRunIsHeldAndIsNotClaimed(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let draft = Sample.run()
                try await store.createRun(draft)
                let held = try requested(try await store.request(request(.pause), of: draft.run.id))
                #expect(held.state.type == .paused && held.state.name == "Paused")
                #expect(held.request == nil)
                #expect(try await store.claim(Sample.claim(at: 11)).isEmpty)
                #expect(try await store.markLate(at: Sample.at(100)).isEmpty)
                let figures = try await store.figures(polledSince: Sample.start, at: Sample.at(11))
                #expect(figures.live.isEmpty)
                #expect(try await (store as? RelationalStore)?.problems() == [])
                let resumed = try requested(try await store.request(request(.resume, at: 20), of: draft.run.id))
                #expect(resumed.state.type == .scheduled && resumed.scheduledFor == Sample.at(20))
                #expect(try await store.claim(Sample.claim(at: 21)).count == 1)
                #expect(
                    try await store.states(of: draft.run.id).map(\.name)
                        == ["Scheduled", "Paused", "Scheduled", "Pending"])
            }
        }

        @Test(arguments: StoreKind.all)
        func aLiveRunIsPausedOnceItsAgentSaysSo(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.apply(running(at: 2), to: key, at: 2)
                let asked = try requested(try await store.request(request(.pause), of: key.runID))
                #expect(asked.state.type == .running && asked.request == request(.pause))
                // Once more: the first wish counts.
                _ = try await store.request(request(.pause, at: 11), of: key.runID)
                let wish = WorkReply.Request(runID: key.runID, attempt: 1, request: request(.pause))
                #expect(try await store.wishes(for: "a1") == AgentWishes(requests: [wish]))
                #expect(try await store.held(by: "a1").map(\.run.request) == [request(.pause)])

                let paused = AttemptReport(
                    token: "", state: Sample.state(.paused, at: 12), pausedSeconds: 0, settled: request(.pause))
                _ = try await store.apply(paused, to: key, at: 12)
                var run = try #require(try await store.run(key.runID))
                #expect(run.state.type == .paused && run.request == nil && run.agent == "a1")
                #expect(try await store.wishes(for: "a1") == AgentWishes())
                // The start was reported again, as its answer was lost.
                _ = try await store.apply(running(at: 2), to: key, at: 13)
                #expect(try await store.run(key.runID)?.state.type == .paused)

                _ = try await store.request(request(.resume, at: 14), of: key.runID)
                let resumed = AttemptReport(
                    token: "", state: Sample.state(.running, at: 15), pausedSeconds: 3,
                    settled: request(.resume, at: 14))
                _ = try await store.apply(resumed, to: key, at: 15)
                _ = try await store.apply(paused, to: key, at: 15)
                run = try #require(try await store.run(key.runID))
                #expect(run.state.type == .running && run.request == nil)
                #expect(
                    try await store.states(of: key.runID).map(\.name)
                        == ["Scheduled", "Pending", "Running", "Paused", "Running"])
            }
        }

        @Test(arguments: StoreKind.all)
        func aSettledWishDoesNotTakeANewerOneWithIt(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.apply(running(at: 2), to: key, at: 2)
                _ = try await store.request(request(.pause), of: key.runID)
                _ = try await store.request(request(.resume, at: 11), of: key.runID)
                let settled = AttemptReport(token: "", state: Sample.state(.paused, at: 12), settled: request(.pause))
                _ = try await store.apply(settled, to: key, at: 12)
                #expect(try await store.run(key.runID)?.request == request(.resume, at: 11))
            }
        }

        @Test(arguments: StoreKind.all)
        func aSuspendedRunHasNoAgentAndItsNextAttemptCountsForNoRetry(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run()
                draft.launch.policy = RunPolicy(retries: 1)
                let key = try await store.claimedRun(draft)
                _ = try await store.apply(running(at: 2), to: key, at: 2)
                _ = try await store.request(request(.suspend), of: key.runID)
                let report = suspended(at: 12, request(.suspend))
                #expect(try await store.apply(report, to: key, at: 12).word == "applied")
                #expect(try await store.apply(report, to: key, at: 12).word == "applied")
                var run = try #require(try await store.run(key.runID))
                #expect(run.state.name == "Suspended" && run.agent == nil && run.request == nil)
                #expect(try await store.held(by: "a1").isEmpty)
                #expect(try await store.claim(Sample.claim(at: 13)).isEmpty)
                #expect(try await (store as? RelationalStore)?.problems() == [])
                let attempt = try #require(try await store.attempts(of: key.runID).first)
                #expect(attempt.state.name == "Suspended" && attempt.endedAt == Sample.at(12))
                #expect(attempt.termination?.exitCode == 143)
                guard case .refused = try await store.request(request(.pause), of: key.runID) else {
                    Issue.record("expected a suspended run to be paused no further")
                    return
                }

                _ = try await store.request(request(.resume, at: 20), of: key.runID)
                let second = try #require(try await store.claim(Sample.claim("a2", at: 21)).first)
                #expect(second.key.attempt == 2)
                _ = try await store.apply(running(at: 22), to: second.key, at: 22)
                #expect(try await store.run(key.runID)?.state.name == "Running")
                let failed = AttemptReport(
                    token: "", termination: Termination(exitCode: 3), state: Sample.state(.failed, at: 24))
                _ = try await store.apply(failed, to: second.key, at: 24)
                run = try #require(try await store.run(key.runID))
                #expect(run.state.name == "AwaitingRetry")
                let third = try #require(try await store.claim(Sample.claim("a2", at: 30)).first)
                _ = try await store.apply(running(at: 31), to: third.key, at: 31)
                #expect(try await store.run(key.runID)?.state.name == "Retrying")
                let again = AttemptReport(
                    token: "", termination: Termination(exitCode: 3), state: Sample.state(.failed, at: 34))
                _ = try await store.apply(again, to: third.key, at: 34)
                #expect(try await store.run(key.runID)?.state.type == .failed)
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatWasResumedBeforeItsSuspensionWasReportedWaitsAtOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.apply(running(at: 2), to: key, at: 2)
                _ = try await store.request(request(.suspend), of: key.runID)
                _ = try await store.request(request(.resume, at: 11), of: key.runID)
                _ = try await store.apply(suspended(at: 12, request(.suspend)), to: key, at: 12)
                let run = try #require(try await store.run(key.runID))
                #expect(run.state.type == .scheduled && run.request == nil)
                #expect(try await store.states(of: key.runID).suffix(2).map(\.name) == ["Suspended", "Scheduled"])
            }
        }

        /// The resumption is wished before or after the agent has told that it stops the container.
        @Test(arguments: StoreKind.all, [true, false])
        func aRunThatIsResumedWhileItsContainerIsStoppedIsSuspendedAndThenScheduled(
            kind: StoreKind, isTold: Bool
        ) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.apply(running(at: 2), to: key, at: 2)
                _ = try await store.request(request(.suspend), of: key.runID)
                let begun = AttemptReport(token: "", begun: request(.suspend))
                if isTold {
                    _ = try await store.apply(begun, to: key, at: 11)
                    #expect(try await store.run(key.runID)?.request?.isUnderWay == true)
                    guard case .refused = try await store.request(request(.pause, at: 11), of: key.runID) else {
                        Issue.record("expected what is being stopped not to be paused")
                        return
                    }
                }
                _ = try await store.request(request(.resume, at: 12), of: key.runID)
                if !isTold { _ = try await store.apply(begun, to: key, at: 12) }
                let wishes = try await store.wishes(for: "a1").requests.map(\.request)
                #expect(wishes.map(\.action) == [.resume] && wishes.map(\.suspendedBy) == ["user admin"])
                _ = try await store.apply(suspended(at: 15, request(.suspend)), to: key, at: 15)
                let run = try #require(try await store.run(key.runID))
                #expect(run.state.name == "Scheduled" && run.state.at == Sample.at(15) && run.request == nil)
                #expect(run.state.message == "resumed by user admin: it waits for an agent")
                #expect(try await store.claim(Sample.claim("a2", at: 16)).map(\.key.attempt) == [2])
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatIsHeldWhileItAwaitsItsRetryKeepsItsDueTime(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run()
                draft.launch.policy = RunPolicy(retries: 1, retryDelaySeconds: 100)
                let key = try await store.claimedRun(draft)
                _ = try await store.apply(running(at: 2), to: key, at: 2)
                let failed = AttemptReport(
                    token: "", termination: Termination(exitCode: 3), state: Sample.state(.failed, at: 5))
                _ = try await store.apply(failed, to: key, at: 5)
                let due = try #require(try await store.run(key.runID)).scheduledFor
                #expect(due == Sample.at(105))
                let held = try requested(try await store.request(request(.pause), of: key.runID))
                #expect(held.state.message == "paused by user admin while it waited for its next attempt")
                let resumed = try requested(try await store.request(request(.resume, at: 20), of: key.runID))
                #expect(resumed.state.message == "resumed by user admin: it is due at \(due)")
                #expect(resumed.scheduledFor == due)
                #expect(try await store.claim(Sample.claim(at: 104)).isEmpty)
                #expect(try await store.claim(Sample.claim(at: 105)).count == 1)
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatIsCancelledWhileItAwaitsItsRetryIsToldSo(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run()
                draft.launch.policy = RunPolicy(retries: 1, retryDelaySeconds: 100)
                let key = try await store.claimedRun(draft)
                let failed = AttemptReport(
                    token: "", termination: Termination(exitCode: 3), state: Sample.state(.failed, at: 5))
                _ = try await store.apply(failed, to: key, at: 5)
                let wish = CancellationRequest(by: "user admin", at: Sample.at(20))
                guard case .requested(let run, _) = try await store.requestCancellation(of: key.runID, wish) else {
                    Issue.record("expected the wish to be taken")
                    return
                }
                #expect(run.state.message == "cancelled by user admin while it waited for its next attempt")
            }
        }

        /// The resumption was wished before the container had ended.
        @Test(arguments: StoreKind.all)
        func theTimesOfStatesDoNotRunBackwards(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                // By the agent's clock, which is behind.
                _ = try await store.apply(running(at: -50), to: key, at: 2)
                let pausedAt = Sample.state(.paused, at: -40)
                _ = try await store.apply(AttemptReport(token: "", state: pausedAt), to: key, at: 3)
                #expect(try await store.held(by: "a1").map(\.pausedSince) == [Sample.at(-40)])
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.running, at: -30)), to: key, at: 4)
                // What comes again is known by the time it was reported with.
                _ = try await store.apply(AttemptReport(token: "", state: pausedAt), to: key, at: 4)
                #expect(try await store.run(key.runID)?.state.type == .running)
                _ = try await store.request(request(.suspend), of: key.runID)
                _ = try await store.request(request(.resume, at: 11), of: key.runID)
                let end = suspended(at: 30, request(.suspend))
                _ = try await store.apply(end, to: key, at: 12)
                #expect(try await store.apply(end, to: key, at: 12).word == "applied")
                _ = try await store.claim(Sample.claim("a2", at: 13))
                let states = try await store.states(of: key.runID)
                #expect(
                    states.map(\.name)
                        == [
                            "Scheduled", "Pending", "Running", "Paused", "Running", "Suspended", "Scheduled", "Pending",
                        ])
                #expect(zip(states, states.dropFirst()).allSatisfy { $0.at <= $1.at })
                #expect(states.last == (try await store.run(key.runID))?.state)
                #expect(states.last?.at == Sample.at(30))
            }
        }

        @Test(arguments: StoreKind.all)
        func aCancellationOutranksASuspensionThatIsUnderWay(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.apply(running(at: 2), to: key, at: 2)
                _ = try await store.request(request(.suspend), of: key.runID)
                let wish = CancellationRequest(by: "user admin", at: Sample.at(11))
                _ = try await store.requestCancellation(of: key.runID, wish)
                #expect(try await store.run(key.runID)?.request == nil)
                _ = try await store.apply(suspended(at: 12, request(.suspend)), to: key, at: 12)
                let run = try #require(try await store.run(key.runID))
                #expect(run.state.type == .cancelled)
                #expect(run.state.message == "cancelled by user admin; because of the test")
            }
        }

        @Test(arguments: StoreKind.all)
        func aHeldRunIsCancelledAtOnceAndAPausedOneByItsAgent(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let wish = CancellationRequest(by: "user admin", at: Sample.at(20))
                let draft = Sample.run()
                try await store.createRun(draft)
                _ = try await store.request(request(.pause), of: draft.run.id)
                _ = try await store.requestCancellation(of: draft.run.id, wish)
                #expect(try await store.run(draft.run.id)?.state.type == .cancelled)

                let key = try await store.claimedRun()
                _ = try await store.apply(running(at: 2), to: key, at: 2)
                let paused = AttemptReport(token: "", state: Sample.state(.paused, at: 12))
                _ = try await store.apply(paused, to: key, at: 12)
                _ = try await store.requestCancellation(of: key.runID, wish)
                #expect(try await store.run(key.runID)?.state.type == .cancelling)
                guard case .refused = try await store.request(request(.pause), of: key.runID) else {
                    Issue.record("expected a run that is to end to be paused no more")
                    return
                }
                // A pause that crossed the wish is no conflict.
                let late = AttemptReport(token: "", state: Sample.state(.paused, at: 19))
                #expect(try await store.apply(late, to: key, at: 21).word == "applied")
                #expect(try await store.run(key.runID)?.state.type == .cancelling)
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunWhoseAgentNeverCameBackIsHeldWhereThatWasWished(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.request(request(.suspend), of: key.runID)
                let released = try await store.releaseLost(leaseExpiredBefore: Sample.at(400), at: Sample.at(400))
                #expect(released.map(\.state.name) == ["Suspended"])
                #expect(try await store.run(key.runID)?.agent == nil)
                #expect(try await (store as? RelationalStore)?.problems() == [])
                _ = try await store.request(request(.resume, at: 500), of: key.runID)
                #expect(try await store.claim(Sample.claim("a2", at: 501)).count == 1)
            }
        }

        @Test(arguments: StoreKind.all)
        func aPausedRunWhoseContainerEndsHasEnded(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.apply(running(at: 2), to: key, at: 2)
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.paused, at: 12)), to: key, at: 12)
                let crashed = AttemptReport(token: "", state: Sample.state(.crashed, at: 13))
                #expect(try await store.apply(crashed, to: key, at: 13).word == "applied")
                #expect(try await store.run(key.runID)?.state.type == .crashed)
            }
        }

        @Test(arguments: StoreKind.all)
        func subFlowsFollowTheirContainer(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let child = ChildRunReport(
                    id: .new(), parentRunID: key.runID, flowName: "etl", parameters: [:],
                    state: Sample.state(.running, at: 3, actor: "flow"))
                var report = running(at: 2)
                report.childRuns = [child]
                _ = try await store.apply(report, to: key, at: 3)
                guard case .child = try await store.request(request(.pause), of: child.id) else {
                    Issue.record("expected a sub-flow to follow its container")
                    return
                }
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.paused, at: 12)), to: key, at: 12)
                #expect(try await store.run(child.id)?.state.type == .paused)
                _ = try await store.apply(report, to: key, at: 12)
                #expect(try await store.run(child.id)?.state.type == .paused)
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.running, at: 13)), to: key, at: 13)
                #expect(try await store.run(child.id)?.state.type == .running)
                _ = try await store.request(request(.suspend, at: 14), of: key.runID)
                _ = try await store.apply(suspended(at: 15, request(.suspend, at: 14)), to: key, at: 15)
                #expect(try await store.run(child.id)?.state.type == .cancelled)
            }
        }

        @Test(arguments: StoreKind.all)
        func anUnknownOrEndedRunIsToldAsSuch(kind: StoreKind) async throws {
            try await kind.withStore { store in
                guard case .unknown = try await store.request(request(.pause), of: .new()) else {
                    Issue.record("expected an unknown run")
                    return
                }
                let key = try await store.claimedRun()
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.completed, at: 5)), to: key, at: 5)
                for action in RunRequest.Action.allCases {
                    guard case .refused(let run, let expected) = try await store.request(request(action), of: key.runID)
                    else {
                        Issue.record("expected \(action) to be refused")
                        return
                    }
                    #expect(run.state.type == .completed && expected.hasPrefix("one that is"))
                }
            }
        }
    }
}
