import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    /// Runs that a run makes at places of its own, and waits for.
    struct StoreChildTests {
        private func draft(
            _ name: String, key: String = "k", try attempt: String = "1.1", awaited: Bool = true, detached: Bool = false
        ) -> RunDraft {
            var draft = Sample.run(name)
            draft.run.ties = ChildTies(
                depth: 1, place: ChildPlace(key: key, attempt: attempt), isAwaited: awaited, isDetached: detached)
            return draft
        }

        private func make(
            _ draft: RunDraft, of parent: AttemptKey, at seconds: Double = 5, _ store: any Store
        ) async throws -> (word: String, run: FlowRun) {
            let outcome = try await store.createChild(
                draft, of: parent.runID, attempt: parent.attempt, by: "run \(parent.runID)", at: Sample.at(seconds))
            let word =
                switch outcome {
                case .created: "created"
                case .known: "known"
                case .retried: "retried"
                }
            return (word, outcome.run)
        }

        private func end(_ key: AttemptKey, _ type: StateType, at seconds: Double, _ store: any Store) async throws {
            _ = try await store.apply(
                AttemptReport(token: "", state: Sample.state(type, at: seconds)), to: key, at: seconds)
        }

        @Test(arguments: StoreKind.all)
        func aPlaceHasOneChildWhateverIsAskedHowOften(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await store.claimedRun(Sample.run("parent"))
                let first = try await make(draft("c1"), of: parent, store)
                #expect(first.word == "created")
                #expect(first.run.parentRunID == parent.runID && first.run.ties?.depth == 1)
                // The answer was lost; another attempt of the parent asks; another place.
                #expect(try await make(draft("c2"), of: parent, store).run.id == first.run.id)
                let again = try await make(draft("c3", try: "2.1"), of: parent, store)
                #expect(again.word == "known" && again.run.id == first.run.id)
                #expect(again.run.ties?.place?.attempt == "2.1")
                #expect(try await make(draft("c4", key: "other"), of: parent, store).word == "created")
                #expect(try await store.runs(matching: RunQuery(parent: parent.runID)).count == 2)
            }
        }

        /// A container that goes on though its attempt is over must not disturb what the next one has made.
        @Test(arguments: StoreKind.all)
        func anAttemptThatIsOverMakesNothing(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var parent = Sample.run("parent")
                parent.launch.policy = RunPolicy(retries: 1)
                let first = try await store.claimedRun(parent)
                try await end(first, .crashed, at: 3, store)
                await #expect(throws: StoreError.parentEnded("parent", state: "in attempt 1")) {
                    _ = try await make(draft("c1"), of: first, store)
                }
                let second = try #require(try await store.claim(Sample.claim(at: 10)).first).key
                #expect(second.attempt == 2)
                await #expect(throws: StoreError.parentEnded("parent", state: "in attempt 2")) {
                    _ = try await make(draft("c1"), of: first, store)
                }
                #expect(try await make(draft("c1"), of: second, store).word == "created")
            }
        }

        @Test(arguments: StoreKind.all)
        func whatHasCompletedIsTakenAndWhatFailedIsTriedAgainOncePerTry(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await store.claimedRun(Sample.run("parent"))
                let child = try await make(draft("c1"), of: parent, store).run
                let claim = try #require(try await store.claim(Sample.claim("a2", at: 6)).first)
                #expect(claim.run.id == child.id)
                try await end(claim.key, .failed, at: 7, store)
                // The same try asks again: it hears how that ended.
                let same = try await make(draft("c2"), of: parent, at: 8, store)
                #expect(same.word == "known" && same.run.state.type == .failed)
                let next = try await make(draft("c3", try: "1.2"), of: parent, at: 9, store)
                #expect(next.word == "retried" && next.run.id == child.id)
                #expect(next.run.state.name == "AwaitingRetry" && next.run.retry?.by == "run \(parent.runID)")
                #expect(try await make(draft("c4", try: "1.2"), of: parent, at: 9, store).word == "known")
                let second = try #require(try await store.claim(Sample.claim("a2", at: 10)).first)
                #expect(second.key == AttemptKey(runID: child.id, attempt: 2))
                try await end(second.key, .completed, at: 11, store)
                for attempt in ["1.2", "1.3", "2.1"] {
                    let taken = try await make(draft("c5", try: attempt), of: parent, at: 12, store)
                    #expect(taken.word == "known" && taken.run.id == child.id, "\(attempt)")
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func whereAllIsDoneAgainChildrenAreMadeAnew(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await store.claimedRun(Sample.run("parent"))
                var early = draft("c1")
                early.run.createdAt = Sample.at(5)
                let child = try await make(early, of: parent, store).run
                let claim = try #require(try await store.claim(Sample.claim("a2", at: 6)).first)
                try await end(claim.key, .completed, at: 7, store)
                try await end(parent, .failed, at: 8, store)
                _ = try await store.retry(RetryRequest(all: true), of: parent.runID, by: "u", at: Sample.at(10))
                let second = try #require(try await store.claim(Sample.claim(at: 11)).first)
                var late = draft("c2", try: "2.1")
                late.run.createdAt = Sample.at(12)
                let anew = try await make(late, of: second.key, at: 12, store)
                #expect(anew.word == "created" && anew.run.id != child.id)
                #expect(try await make(draft("c3", try: "2.1"), of: second.key, at: 13, store).run.id == anew.run.id)
            }
        }

        @Test(arguments: StoreKind.all)
        func aParentThatHasEndedMakesNone(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await store.claimedRun(Sample.run("parent"))
                try await end(parent, .failed, at: 4, store)
                await #expect(throws: StoreError.parentEnded("parent", state: "Failed")) {
                    try await make(draft("c"), of: parent, store)
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func sixtyFourRunsInsideOfEachOtherAreTheMost(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var key = try await store.claimedRun(Sample.run("r0"))
                for depth in 1...ChildTies.deepest {
                    let child = try await make(draft("r\(depth)"), of: key, store).run
                    #expect(child.ties?.depth == depth)
                    let claim = try #require(try await store.claim(Sample.claim(limit: 1, at: 6)).first)
                    #expect(claim.run.id == child.id)
                    key = claim.key
                }
                let deepest = key
                await #expect(throws: StoreError.nestedTooDeep("r64", limit: 64)) {
                    try await make(draft("r65"), of: deepest, store)
                }
                var plain = Sample.run("plain")
                plain.run.parentRunID = deepest.runID
                let tooDeep = plain
                await #expect(throws: StoreError.nestedTooDeep("r64", limit: 64)) { try await store.createRun(tooDeep) }
            }
        }

        @Test(arguments: StoreKind.all)
        func aDetachedChildOutlivesACancellation(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await store.claimedRun(Sample.run("parent"))
                let bound = try await make(draft("bound", key: "a"), of: parent, store).run
                let free = try await make(draft("free", key: "b", detached: true), of: parent, store).run
                let wish = CancellationRequest(by: "user ada", at: Sample.at(6))
                _ = try await store.requestCancellation(of: parent.runID, wish)
                #expect(try await store.run(bound.id)?.state.type == .cancelled)
                #expect(try await store.run(free.id)?.state.type == .scheduled)
            }
        }

        // MARK: - Slots that parents lend

        private func lent(_ agent: String = "a1", at seconds: Double, limit: Int = 0, _ store: any Store) async throws
            -> [String]
        {
            var request = Sample.claim(agent, limit: limit, at: seconds)
            request.lendsSlots = true
            return try await store.claim(request).map(\.run.name)
        }

        @Test(arguments: StoreKind.all)
        func aParentThatWaitsLendsItsSlotToOneChildAtATime(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await store.claimedRun(Sample.run("parent"))
                try await store.createRun(Sample.run("stranger"))
                #expect(try await lent(at: 4, store).isEmpty)
                _ = try await make(draft("first", key: "a"), of: parent, store)
                _ = try await make(draft("second", key: "b"), of: parent, store)
                // Without the word for it nothing beyond the limit is given; nor by another agent's parent.
                #expect(try await store.claim(Sample.claim(limit: 0, at: 6)).isEmpty)
                #expect(try await lent("a2", at: 6, store).isEmpty)
                #expect(try await lent(at: 6, store) == ["first"])
                #expect(try await lent(at: 7, store).isEmpty)
                let held = try await store.held(by: "a1")
                let first = try #require(held.first { $0.run.name == "first" }).key
                // A child that waits itself hands the slot on.
                _ = try await make(draft("grandchild", key: "g"), of: first, store)
                #expect(try await lent(at: 8, store) == ["grandchild"])
                #expect(try await lent(at: 9, store).isEmpty)
                try await end(first, .failed, at: 10, store)
                #expect(try await lent(at: 11, store) == ["second"])
            }
        }

        @Test(arguments: StoreKind.all)
        func nothingIsLentToWhatNobodyWaitsForOrWhileThereIsRoom(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let parent = try await store.claimedRun(Sample.run("parent"))
                _ = try await make(draft("unawaited", key: "a", awaited: false), of: parent, store)
                #expect(try await lent(at: 6, store).isEmpty)
                _ = try await make(draft("awaited", key: "b"), of: parent, store)
                // With room it is claimed as any other run, in its turn.
                #expect(try await lent(at: 7, limit: 1, store) == ["unawaited", "awaited"])
            }
        }
    }
}
