import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreRunTests {
        @Test(arguments: StoreKind.all)
        func aRunComesBackAsItWasCreated(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let draft = Sample.run()
                try await store.createRun(draft)
                #expect(try await store.run(draft.run.id) == draft.run)
                #expect(try await store.states(of: draft.run.id) == [draft.run.state])
                #expect(try await store.run(.new()) == nil)
            }
        }

        @Test(arguments: StoreKind.all)
        func findsARunByPartsOfItsIdentifierAndByName(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let ids = ["01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11", "01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c22"]
                for (index, text) in ids.enumerated() {
                    try await store.createRun(Sample.run("run-\(index)", id: try #require(Identifier(text))))
                }
                func found(_ text: String) async throws -> [String] {
                    try await store.runs(meaning: RunReference(text)).map(\.name)
                }
                #expect(try await found(ids[0]) == ["run-0"])
                #expect(try await found("01980c4e7f3a7cc29b1e0d6a4f2b9c11") == ["run-0"])
                #expect(try await found("2b9c11") == ["run-0"])
                #expect(try await found("0D6A4F2B9C22") == ["run-1"])
                #expect(try await found("01980c") == ["run-1", "run-0"])
                #expect(try await found("01980c4e-7f3a") == ["run-1", "run-0"])
                #expect(try await found("run-1") == ["run-1"])
                #expect(try await found("b9c11").isEmpty)
                #expect(try await found("run%").isEmpty)
            }
        }

        @Test(arguments: StoreKind.all)
        func listsNewestFirstAndNarrows(kind: StoreKind) async throws {
            try await kind.withStore { store in
                for index in 0..<4 {
                    let flow = index == 2 ? "other" : "parent_flow_runner"
                    try await store.createRun(Sample.run("run-\(index)", due: Double(index), flow: flow))
                }
                _ = try await store.claim(Sample.claim(limit: 1))
                func names(_ query: RunQuery) async throws -> [String] {
                    try await store.runs(matching: query).map(\.name)
                }
                #expect(try await names(RunQuery()) == ["run-3", "run-2", "run-1", "run-0"])
                #expect(try await names(RunQuery(limit: 2)) == ["run-3", "run-2"])
                #expect(try await names(RunQuery(state: "pending")) == ["run-0"])
                #expect(try await names(RunQuery(state: "SCHEDULED", flow: "other")) == ["run-2"])
                #expect(try await names(RunQuery(deployment: "docker-flow", limit: 1)) == ["run-3"])
                #expect(try await names(RunQuery(deployment: "no-such")).isEmpty)
            }
        }

        @Test(arguments: StoreKind.all)
        func cancellingAWaitingRunEndsItAtOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let draft = Sample.run()
                try await store.createRun(draft)
                let request = CancellationRequest(by: "user admin", at: Sample.at(3))
                guard case .requested(let run, _) = try await store.requestCancellation(of: draft.run.id, request)
                else {
                    Issue.record("expected the wish to be taken")
                    return
                }
                #expect(run.state.type == .cancelled)
                #expect(run.endedAt == Sample.at(3))
                #expect(try await store.claim(Sample.claim()).isEmpty)
                let again = CancellationRequest(by: "user other", at: Sample.at(4))
                guard case .unchanged(run) = try await store.requestCancellation(of: draft.run.id, again) else {
                    Issue.record("expected a cancelled run to stay as it is")
                    return
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func cancellingALiveRunIsADurableWishForItsAgent(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let request = CancellationRequest(by: "user admin", at: Sample.at(3))
                _ = try await store.requestCancellation(of: key.runID, request)
                let later = CancellationRequest(by: "user other", at: Sample.at(4))
                guard case .unchanged = try await store.requestCancellation(of: key.runID, later) else {
                    Issue.record("expected the first wish to count")
                    return
                }
                let run = try #require(try await store.run(key.runID))
                #expect(run.state.type == .cancelling)
                #expect(run.cancellation == request)
                let wishes = try await store.wishes(for: "a1").cancellations
                #expect(wishes == [WorkReply.Cancellation(runID: key.runID, attempt: 1, request: request)])
                #expect(try await store.wishes(for: "a2").cancellations.isEmpty)
                #expect(try await store.states(of: key.runID).map(\.type) == [.scheduled, .pending, .cancelling])

                let end = AttemptReport(token: "", state: Sample.state(.cancelled, at: 5))
                _ = try await store.apply(end, to: key, at: 5)
                #expect(try await store.wishes(for: "a1").cancellations.isEmpty)
                #expect(try await store.run(key.runID)?.cancellation == nil)
            }
        }

        @Test(arguments: StoreKind.all)
        func aCancellationIsMadeImmediateAndStaysSo(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let first = CancellationRequest(by: "user ada", at: Sample.at(3))
                _ = try await store.requestCancellation(of: key.runID, first)
                #expect(try await store.wishes(for: "a1").cancellations.map(\.request.isImmediate) == [nil])
                let now = CancellationRequest(by: "user ben", at: Sample.at(4), isImmediate: true)
                guard case .requested(let run, _) = try await store.requestCancellation(of: key.runID, now) else {
                    Issue.record("expected the wish to be taken")
                    return
                }
                #expect(run.state.type == .cancelling && run.cancellation == now)
                for later in [first, now] {
                    guard case .unchanged(let same) = try await store.requestCancellation(of: key.runID, later) else {
                        Issue.record("expected nothing to change")
                        continue
                    }
                    #expect(same.cancellation == now)
                }
                #expect(try await store.wishes(for: "a1").cancellations.map(\.request) == [now])
                #expect(try await store.held(by: "a1").map(\.run.cancellation) == [now])
                #expect(try await store.states(of: key.runID).map(\.type) == [.scheduled, .pending, .cancelling])

                let end = AttemptReport(token: "", state: Sample.state(.cancelled, at: 5))
                _ = try await store.apply(end, to: key, at: 5)
                #expect(try await store.run(key.runID)?.cancellation == nil)
            }
        }

        @Test(arguments: StoreKind.all)
        func whatHasEndedOtherwiseIsNotCancelled(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let end = AttemptReport(token: "", state: Sample.state(.completed, at: 5))
                _ = try await store.apply(end, to: key, at: 5)
                let request = CancellationRequest(by: "user admin", at: Sample.at(6))
                guard case .ended = try await store.requestCancellation(of: key.runID, request) else {
                    Issue.record("expected an ended run to be told as such")
                    return
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func cancellingAnUnknownRunIsToldAsSuch(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let request = CancellationRequest(by: "user admin", at: Sample.at(3))
                guard case .unknown = try await store.requestCancellation(of: .new(), request) else {
                    Issue.record("expected an unknown run")
                    return
                }
            }
        }
    }
}
