import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    /// Runs that runs make.
    struct StoreFamilyTests {
        private let wish = CancellationRequest(by: "user admin", at: Sample.at(50))

        private func child(of parent: Identifier, _ name: String) -> RunDraft {
            var draft = Sample.run(name)
            draft.run.parentRunID = parent
            return draft
        }

        /// Makes a run and has an agent claim it.
        private func live(_ draft: RunDraft, _ agent: String, _ store: any Store) async throws -> AttemptKey {
            try await store.createRun(draft)
            return try #require(try await store.claim(Sample.claim(agent)).first { $0.run.id == draft.run.id }).key
        }

        @Test(arguments: StoreKind.all)
        func cancellingARunCancelsAllThatItMadeAndTheirs(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await live(Sample.run("parent"), "a1", store)
                let flow = ChildRunReport(
                    id: .new(), parentRunID: parent.runID, flowName: "sub-flow", parameters: [:],
                    state: Sample.state(.running, at: 3, actor: "flow"))
                _ = try await store.apply(AttemptReport(token: "", childRuns: [flow]), to: parent, at: 3)
                // Of the run, of a sub-flow in its container, of a child that has ended, and one that waits.
                let running = try await live(child(of: parent.runID, "running"), "a2", store)
                let ofFlow = try await live(child(of: flow.id, "of-flow"), "a2", store)
                let ended = try await live(child(of: parent.runID, "ended"), "a2", store)
                let grandchild = try await live(child(of: ended.runID, "grandchild"), "a3", store)
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.failed, at: 4)), to: ended, at: 4)
                let stranger = try await live(Sample.run("stranger"), "a2", store)
                let waiting = child(of: running.runID, "waiting")
                try await store.createRun(waiting)
                #expect(try await store.run(grandchild.runID)?.state.type == .pending)

                guard case .requested(let run, let others) = try await store.requestCancellation(of: parent.runID, wish)
                else {
                    Issue.record("expected the wish to be taken")
                    return
                }
                #expect(run.id == parent.runID)
                #expect(Set(others.map(\.name)) == ["running", "of-flow", "grandchild", "waiting"])
                for key in [parent, running, ofFlow, grandchild] {
                    #expect(try await store.run(key.runID)?.state.type == .cancelling)
                }
                #expect(try await store.run(waiting.run.id)?.state.type == .cancelled)
                #expect(try await store.run(ended.runID)?.state.type == .failed)
                #expect(try await store.run(stranger.runID)?.state.type == .pending)
                let wishes = try await store.wishes(for: "a3").cancellations
                #expect(wishes.map(\.runID) == [grandchild.runID])
                #expect(wishes.map(\.request.by) == ["user admin, with run parent that made it"])
                // Safe to repeat.
                guard case .unchanged = try await store.requestCancellation(of: parent.runID, wish) else {
                    Issue.record("expected nothing to be left to cancel")
                    return
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func theEndOfAParentLeavesTheRunsItMadeAlone(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await live(Sample.run("parent"), "a1", store)
                let child = try await live(child(of: parent.runID, "child"), "a2", store)
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.crashed, at: 4)), to: parent, at: 4)
                #expect(try await store.run(child.runID)?.state.type == .pending)
            }
        }

        @Test(arguments: StoreKind.all)
        func aRunThatHasEndedOrIsToEndMakesNoMore(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await live(Sample.run("parent"), "a1", store)
                _ = try await store.requestCancellation(of: parent.runID, wish)
                await #expect(throws: StoreError.parentEnded("parent", state: "Cancelling")) {
                    try await store.createRun(child(of: parent.runID, "late"))
                }
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.cancelled, at: 60)), to: parent, at: 60)
                await #expect(throws: StoreError.parentEnded("parent", state: "Cancelled")) {
                    try await store.createRun(child(of: parent.runID, "later"))
                }
                let nobody = Identifier.new()
                await #expect(throws: StoreError.missingRun("\(nobody)")) {
                    try await store.createRun(child(of: nobody, "orphan"))
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func runsWithContainersOfTheirOwnAreListedWithAndWithoutTheirParent(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await live(Sample.run("parent"), "a1", store)
                let draft = child(of: parent.runID, "child")
                try await store.createRun(draft)
                let flow = ChildRunReport(
                    id: .new(), parentRunID: parent.runID, flowName: "sub-flow", parameters: [:],
                    state: Sample.state(.running, at: 3, actor: "flow"))
                _ = try await store.apply(AttemptReport(token: "", childRuns: [flow]), to: parent, at: 3)
                #expect(try await store.runs(matching: RunQuery()).map(\.name) == ["child", "parent"])
                let children = try await store.runs(matching: RunQuery(parent: parent.runID)).map(\.id)
                #expect(Set(children) == [draft.run.id, flow.id])
            }
        }
    }
}
