import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreRunLimitTests {
        /// A run with what limits count by.
        private func run(
            _ name: String, of deployment: Identifier = .new(), tags: [String] = [], priority: Int? = nil,
            queue: String = "default", due: Double = 0
        ) -> RunDraft {
            var draft = Sample.run(name, queue: queue, due: due)
            draft.run.deploymentID = deployment
            draft.run.tags = tags
            draft.run.priority = priority
            return draft
        }

        private func claim(_ store: any Store, _ limit: Int = 100, at seconds: Double = 1) async throws -> [String] {
            try await store.claim(Sample.claim(limit: limit, at: seconds)).map(\.run.name)
        }

        private func end(_ name: String, _ store: any Store, at seconds: Double = 2) async throws {
            let run = try #require(try await store.runs(meaning: RunReference(name)).first)
            let report = AttemptReport(token: "", state: Sample.state(.completed, at: seconds))
            let outcome = try await store.apply(
                report, to: AttemptKey(runID: run.id, attempt: run.attempt), at: seconds)
            #expect(outcome.word == "applied")
        }

        private func state(_ name: String, _ store: any Store) async throws -> RunState {
            try #require(try await store.runs(meaning: RunReference(name)).first).state
        }

        @Test(
            "A limit of a tag, a queue, a deployment or of all lets so many runs be live, and the next has its turn with an end",
            arguments: StoreKind.all)
        func limits(kind: StoreKind) async throws {
            let deployment = Identifier.new()
            for key in [.tag("etl"), .queue("default"), .deployment("\(deployment)"), .global] as [LimitKey] {
                try await kind.withStore { store in
                    _ = try await store.saveRunLimit(key, slots: 2, strategy: nil, at: Sample.at(0))
                    for index in 1...5 {
                        _ = try await store.createRun(
                            run("r\(index)", of: deployment, tags: ["etl"], due: Double(index) / 10))
                    }
                    #expect(try await claim(store) == ["r1", "r2"])
                    #expect(try await claim(store).isEmpty)
                    let waiting = try await state("r3", store)
                    #expect(waiting.name == RunState.awaitingSlotName)
                    #expect(waiting.message.contains("(2 of 2 held, one of them by r1)"), "\(waiting.message)")
                    let status = try #require(try await store.runLimit(key))
                    #expect(status.limit.held == 2)
                    #expect(status.holders.map(\.runName) == ["r1", "r2"])
                    #expect(status.waiters.map(\.runName) == ["r3", "r4", "r5"])
                    try await end("r1", store)
                    #expect(try await claim(store, at: 3) == ["r3"])
                    #expect(
                        try await store.states(of: waitingID("r3", store)).map(\.name) == [
                            "Scheduled", RunState.awaitingSlotName, "Pending",
                        ])
                }
            }
        }

        private func waitingID(_ name: String, _ store: any Store) async throws -> Identifier {
            try #require(try await store.runs(meaning: RunReference(name)).first).id
        }

        @Test("Whoever waits is woken with the end of a holder, in the same transaction", arguments: StoreKind.all)
        func wakes(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let woken = Woken()
                store.whenWoken { woken.add($0) }
                _ = try await store.saveRunLimit(.global, slots: 1, strategy: nil, at: Sample.at(0))
                _ = try await store.createRun(run("r1"))
                _ = try await store.createRun(run("r2", queue: "other"))
                #expect(try await claim(store, 1) == ["r1"])
                #expect(try await store.claim(Sample.claim("a2", queues: ["other"])).isEmpty)
                #expect(woken.all.isEmpty)
                try await end("r1", store)
                #expect(woken.all == ["other"])
                #expect(try await store.runs(meaning: RunReference("r2")).first?.blockedOn == nil)
            }
        }

        @Test(
            "Of runs in queues that different agents serve the one of the more urgent queue has the turn",
            arguments: StoreKind.all)
        func queuePriorities(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createQueue(WorkQueueRequest(name: "bulk", priority: 100), at: Sample.at(0))
                try await store.createQueue(WorkQueueRequest(name: "urgent"), at: Sample.at(0))
                _ = try await store.saveRunLimit(.global, slots: 1, strategy: nil, at: Sample.at(0))
                _ = try await store.createRun(run("first"))
                #expect(try await claim(store) == ["first"])
                for (name, due) in [("bulk", 1.0), ("urgent", 2)] {
                    _ = try await store.createRun(run(name, queue: name, due: due))
                    #expect(try await store.claim(Sample.claim("a-\(name)", queues: [name], at: 3)).isEmpty)
                }
                let waiters = try await store.runLimit(.global)?.waiters
                #expect(waiters?.map(\.runName) == ["urgent", "bulk"])
                try await end("first", store, at: 4)
                for (name, given) in [("bulk", []), ("urgent", ["urgent"])] {
                    let claims = try await store.claim(Sample.claim("a-\(name)", queues: [name], at: 5))
                    #expect(claims.map(\.run.name) == given)
                }
            }
        }

        @Test("Runs of a queue that nobody polls any more keep no slot from others", arguments: StoreKind.all)
        func unpolledQueues(kind: StoreKind) async throws {
            try await kind.withStore { store in
                for name in ["left", "polled"] {
                    try await store.createQueue(WorkQueueRequest(name: name), at: Sample.at(0))
                }
                _ = try await store.saveRunLimit(.global, slots: 1, strategy: nil, at: Sample.at(0))
                _ = try await store.createRun(run("first"))
                #expect(try await claim(store) == ["first"])
                for index in 1...3 {
                    _ = try await store.createRun(run("left-\(index)", queue: "left", due: Double(index) / 10))
                }
                _ = try await store.createRun(run("polled", queue: "polled", due: 1))
                for (name, seconds) in [("left", 1.0), ("polled", 100)] {
                    let claims = try await store.claim(
                        Sample.claim("a-\(name)", queues: [name], limit: 10, at: seconds))
                    #expect(claims.isEmpty)
                }
                try await end("first", store, at: 101)
                let claims = try await store.claim(Sample.claim("a-polled", queues: ["polled"], at: 102))
                #expect(claims.map(\.run.name) == ["polled"])
            }
        }

        @Test("What waits for a limit goes before what became due later, whoever was woken", arguments: StoreKind.all)
        func newcomers(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createQueue(WorkQueueRequest(name: "slow", priority: 1), at: Sample.at(0))
                _ = try await store.saveRunLimit(.global, slots: 1, strategy: nil, at: Sample.at(0))
                for (name, queue, due) in [
                    ("first", "default", 0), ("later", "slow", 0.1), ("waits", "default", 0.2), ("new", "default", 2),
                ] {
                    _ = try await store.createRun(run(name, queue: queue, due: due))
                }
                var order: [String] = []
                for second in 1...4 {
                    let request = Sample.claim(queues: ["default", "slow"], limit: 100, at: Double(second * 3 - 2))
                    order += try await store.claim(request).map(\.run.name)
                    #expect(order.count == second)
                    try await end(try #require(order.last), store, at: Double(second * 3 - 1))
                }
                #expect(order == ["first", "waits", "new", "later"])
            }
        }

        @Test(
            "A slot is free after a retry, a suspension, a lost claim and a cancellation too", arguments: StoreKind.all)
        func everyWayOut(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.tag("x"), slots: 1, strategy: nil, at: Sample.at(0))
                var first = run("first", tags: ["x"])
                first.launch.policy = RunPolicy(retries: 1, retryDelaySeconds: 100)
                _ = try await store.createRun(first)
                for name in ["r1", "r2", "r3", "r4"] { _ = try await store.createRun(run(name, tags: ["x"], due: 0.5)) }
                #expect(try await claim(store) == ["first"])
                #expect(try await claim(store).isEmpty)
                // It fails, and waits for its next attempt.
                let failed = AttemptReport(token: "", state: Sample.state(.failed, at: 2))
                _ = try await store.apply(failed, to: AttemptKey(runID: first.run.id, attempt: 1), at: 2)
                #expect(try await claim(store, at: 3) == ["r1"])
                let r1 = try await waitingID("r1", store)
                let suspended = AttemptReport(
                    token: "", state: Sample.state(.paused, name: RunState.suspendedName, at: 4))
                _ = try await store.apply(suspended, to: AttemptKey(runID: r1, attempt: 1), at: 4)
                #expect(try await claim(store, at: 5) == ["r2"])
                // Its agent never comes back.
                let lost = try await store.releaseLost(leaseExpiredBefore: Sample.at(900), at: Sample.at(1000))
                #expect(lost.map(\.name) == ["r2"])
                // It is the one that has been due for the longest time, as the first one's next attempt is due later.
                #expect(try await claim(store, at: 1001) == ["r2"])
                #expect(try await claim(store, at: 1002).isEmpty)
                let r2 = try await waitingID("r2", store)
                let wish = CancellationRequest(by: "user admin", at: Sample.at(1003))
                _ = try await store.requestCancellation(of: r2, wish)
                #expect(try await claim(store, at: 1004).isEmpty)
                let cancelled = AttemptReport(token: "", state: Sample.state(.cancelled, at: 1005))
                _ = try await store.apply(cancelled, to: AttemptKey(runID: r2, attempt: 2), at: 1005)
                #expect(try await claim(store, at: 1006) == ["r3"])
                try await end("r3", store, at: 1007)
                #expect(try await claim(store, at: 1008) == ["r4"])
                try await end("r4", store, at: 1009)
                #expect(try await claim(store, at: 1010) == ["first"])
            }
        }

        @Test("The first of a priority comes first, and a low one is not overtaken for ever", arguments: StoreKind.all)
        func order(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.global, slots: 1, strategy: nil, at: Sample.at(0))
                _ = try await store.createRun(run("holder"))
                #expect(try await claim(store) == ["holder"])
                _ = try await store.createRun(run("low", priority: 2, due: 1))
                _ = try await store.createRun(run("a", due: 2))
                _ = try await store.createRun(run("b", due: 3))
                _ = try await store.createRun(run("late", due: 130))
                #expect(try await claim(store, at: 5).isEmpty)
                var holder = "holder"
                var order: [String] = []
                for second in stride(from: 200.0, to: 206, by: 1) {
                    try await end(holder, store, at: second)
                    guard let next = try await claim(store, at: second).first else { break }
                    order.append(next)
                    holder = next
                }
                #expect(order == ["a", "b", "low", "late"])
            }
        }

        @Test("A limit that is raised, lowered or removed counts at once", arguments: StoreKind.all)
        func changes(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.tag("x"), slots: 0, strategy: nil, at: Sample.at(0))
                for index in 1...6 {
                    _ = try await store.createRun(run("r\(index)", tags: ["x"], due: Double(index) / 10))
                }
                #expect(try await claim(store).isEmpty)
                #expect(try await state("r1", store).message.contains("of which there are 0"))
                _ = try await store.saveRunLimit(.tag("x"), slots: 3, strategy: nil, at: Sample.at(1))
                #expect(try await claim(store, at: 2) == ["r1", "r2", "r3"])
                _ = try await store.saveRunLimit(.tag("x"), slots: 1, strategy: nil, at: Sample.at(3))
                try await end("r1", store, at: 4)
                try await end("r2", store, at: 4)
                #expect(try await claim(store, at: 5).isEmpty)
                try await end("r3", store, at: 6)
                #expect(try await claim(store, at: 7) == ["r4"])
                #expect(try await store.deleteRunLimit(.tag("x")))
                #expect(try await !store.deleteRunLimit(.tag("x")))
                #expect(try await claim(store, at: 8) == ["r5", "r6"])
            }
        }

        @Test("A run that a full limit cancels ends with its reason", arguments: StoreKind.all)
        func cancelNew(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.tag("x"), slots: 1, strategy: .cancelNew, at: Sample.at(0))
                _ = try await store.createRun(run("r1", tags: ["x"]))
                _ = try await store.createRun(run("r2", tags: ["x"], due: 0.5))
                _ = try await store.createRun(run("other", due: 0.6))
                let outcome = try await store.work(for: Sample.claim(limit: 5))
                #expect(outcome.claims.map(\.run.name) == ["r1", "other"])
                #expect(outcome.ended.map(\.name) == ["r2"])
                let ended = try await state("r2", store)
                #expect(ended.type == .cancelled)
                #expect(ended.message.contains("limit of tag x (1 of 1 held by r1; cancel-new)"), "\(ended.message)")
            }
        }

        @Test("A run that takes another one's place waits for the end of that one", arguments: StoreKind.all)
        func cancelRunning(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.tag("x"), slots: 1, strategy: .cancelRunning, at: Sample.at(0))
                _ = try await store.createRun(run("r1", tags: ["x"]))
                #expect(try await claim(store) == ["r1"])
                _ = try await store.createRun(run("r2", tags: ["x"], due: 1))
                let outcome = try await store.work(for: Sample.claim(limit: 5, at: 2))
                #expect(outcome.claims.isEmpty)
                #expect(outcome.cancelled.map(\.name) == ["r1"])
                let r1 = try await waitingID("r1", store)
                let wish = try #require(try await store.run(r1)?.cancellation)
                #expect(wish.by == "the limit of tag x (cancel-running), for run r2")
                // A third one replaces the second, which has not begun.
                _ = try await store.createRun(run("r3", tags: ["x"], due: 2))
                let second = try await store.work(for: Sample.claim(limit: 5, at: 3))
                #expect(second.ended.map(\.name) == ["r2"])
                let cancelled = AttemptReport(token: "", state: Sample.state(.cancelled, at: 4))
                _ = try await store.apply(cancelled, to: AttemptKey(runID: r1, attempt: 1), at: 4)
                #expect(try await claim(store, at: 5) == ["r3"])
            }
        }

        @Test("A run takes the place of none that it would end with", arguments: StoreKind.all)
        func ancestorsStay(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.tag("x"), slots: 2, strategy: .cancelRunning, at: Sample.at(0))
                let grandparent = run("grandparent", tags: ["x"])
                _ = try await store.createRun(grandparent)
                _ = try await store.createRun(run("stranger", tags: ["x"], due: 0.1))
                #expect(try await claim(store) == ["grandparent", "stranger"])
                var parent = run("parent")
                parent.run.parentRunID = grandparent.run.id
                _ = try await store.createRun(parent)
                #expect(try await claim(store) == ["parent"])
                // A flow in the container of the parent makes the third.
                let flow = ChildRunReport(
                    id: .new(), parentRunID: parent.run.id, flowName: "etl", parameters: [:],
                    state: Sample.state(.running, at: 1, actor: "flow"))
                let report = AttemptReport(token: "", childRuns: [flow])
                _ = try await store.apply(report, to: AttemptKey(runID: parent.run.id, attempt: 1), at: 1)
                var child = run("child", tags: ["x"], due: 1)
                child.run.parentRunID = flow.id
                _ = try await store.createRun(child)
                // The oldest holder would take the child with it, so the other one makes room.
                let outcome = try await store.work(for: Sample.claim(limit: 5, at: 2))
                #expect(outcome.claims.isEmpty && outcome.ended.isEmpty)
                #expect(outcome.cancelled.map(\.name) == ["stranger"])
                // One slot is left, which the grandparent has: the child waits for its end.
                _ = try await store.saveRunLimit(.tag("x"), slots: 1, strategy: nil, at: Sample.at(3))
                let stranger = try await waitingID("stranger", store)
                let cancelled = AttemptReport(token: "", state: Sample.state(.cancelled, at: 4))
                _ = try await store.apply(cancelled, to: AttemptKey(runID: stranger, attempt: 1), at: 4)
                let none = try await store.fillSlots(polledSince: Sample.at(0), at: Sample.at(5))
                #expect(none.ended.isEmpty && none.cancelled.isEmpty)
                #expect(try await claim(store, at: 5).isEmpty)
                #expect(try await state("child", store).type == .scheduled)
                #expect(try await state("grandparent", store).type == .pending)
                try await end("grandparent", store, at: 6)
                #expect(try await claim(store, at: 7) == ["child"])
            }
        }

        @Test(
            "Ten thousand runs behind one limit are put aside once, and hold nobody else up", arguments: StoreKind.all)
        func manyWait(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let count = kind.name == "SQLite" ? 10_000 : 1000
                _ = try await store.saveRunLimit(.tag("x"), slots: 1, strategy: nil, at: Sample.at(0))
                for index in 0..<count { _ = try await store.createRun(run("r\(index)", tags: ["x"])) }
                _ = try await store.createRun(run("other", due: 0.9))
                #expect(try await claim(store, 1) == ["r0"])
                #expect(try await claim(store, 1) == ["other"])
                #expect(try await claim(store, 1).isEmpty)
                #expect(try await store.runLimit(.tag("x"))?.limit.waiting == count - 1)
                try await end("r0", store)
                #expect(try await claim(store, 1, at: 3) == ["r1"])
                #expect(try await store.runLimit(.tag("x"))?.limit.waiting == count - 2)
            }
        }

        @Test("A run that needs slots of two limits gives the turn on that it does not use", arguments: StoreKind.all)
        func twoLimits(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.tag("a"), slots: 1, strategy: nil, at: Sample.at(0))
                _ = try await store.saveRunLimit(.tag("b"), slots: 1, strategy: nil, at: Sample.at(0))
                for (index, (name, tags)) in [
                    ("holds-a", ["a"]), ("holds-b", ["b"]), ("both", ["a", "b"]), ("only-a", ["a"]),
                ].enumerated() {
                    _ = try await store.createRun(run(name, tags: tags, due: Double(index) / 10))
                }
                #expect(try await claim(store) == ["holds-a", "holds-b"])
                #expect(try await claim(store).isEmpty)
                try await end("holds-a", store)
                // The first that waits for a needs b as well, which is held: the next has the slot.
                #expect(try await claim(store, at: 3) == ["only-a"])
                try await end("holds-b", store)
                #expect(try await claim(store, at: 4).isEmpty)
                try await end("only-a", store, at: 5)
                #expect(try await claim(store, at: 6) == ["both"])
            }
        }

        @Test("A limit is never exceeded by claims at the same time, and all runs are served", arguments: StoreKind.all)
        func manyClaimers(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.tag("x"), slots: 3, strategy: nil, at: Sample.at(0))
                _ = try await store.saveRunLimit(.global, slots: 5, strategy: nil, at: Sample.at(0))
                for index in 0..<60 {
                    _ = try await store.createRun(run("r\(index)", tags: index % 2 == 0 ? ["x"] : []))
                }
                let names = try await LimitedCrew(store: store, stores: [store], runs: 60).work()
                #expect(Set(names).count == 60)
                #expect(names.count == 60)
            }
        }

        @Test("A run that waits for one it made lends its slot of a limit", arguments: StoreKind.all)
        func lends(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.global, slots: 1, strategy: nil, at: Sample.at(0))
                let parent = run("parent")
                _ = try await store.createRun(parent)
                #expect(try await claim(store) == ["parent"])
                for index in 1...2 {
                    var child = run("child-\(index)", due: Double(index) / 10)
                    child.run.parentRunID = parent.run.id
                    child.run.ties = ChildTies(
                        depth: 1, place: ChildPlace(key: "k\(index)", attempt: "1"), isAwaited: true)
                    _ = try await store.createRun(child)
                }
                _ = try await store.createRun(run("stranger", due: 0.05))
                #expect(try await claim(store, at: 2) == ["child-1"])
                #expect(try await store.runLimit(.global)?.limit.held == 1)
                #expect(try await claim(store, at: 3).isEmpty)
                try await end("child-1", store, at: 4)
                #expect(try await claim(store, at: 5) == ["child-2"])
                try await end("child-2", store, at: 6)
                #expect(try await claim(store, at: 7).isEmpty)
                try await end("parent", store, at: 8)
                #expect(try await claim(store, at: 9) == ["stranger"])
            }
        }

        @Test("What nobody woke has its turn with the next look", arguments: StoreKind.all)
        func fills(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.tag("x"), slots: 1, strategy: nil, at: Sample.at(0))
                for (index, queue) in ["default", "unserved", "default"].enumerated() {
                    _ = try await store.createRun(
                        run("r\(index)", tags: ["x"], queue: queue, due: Double(index) / 10))
                }
                let both = ["default", "unserved"]
                #expect(try await store.claim(Sample.claim(queues: both)).map(\.run.name) == ["r0"])
                #expect(try await store.claim(Sample.claim(queues: both)).isEmpty)
                try await end("r0", store)
                // The turn is that of a run whose queue nobody serves any more.
                #expect(try await claim(store, at: 3).isEmpty)
                _ = try await store.fillSlots(polledSince: Sample.at(0), at: Sample.at(4))
                #expect(try await claim(store, at: 5) == ["r2"])
            }
        }

        @Test(
            "A deployment's limit is that of its runs, and goes when the deployment says no more of it",
            arguments: StoreKind.all)
        func deployments(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.deployment()
                draft.request.concurrencyLimit = 1
                draft.request.collisionStrategy = .cancelNew
                let saved = try await store.saveDeployment(draft, at: Sample.at(0)).deployment
                let limit = try #require(try await store.runLimits().first)
                #expect(limit.key == .deployment("\(saved.id)"))
                #expect(limit.name == "parent_flow_runner/docker-flow")
                #expect((limit.limit, limit.strategy) == (1, .cancelNew))
                draft.request.concurrencyLimit = nil
                draft.fingerprint = "two"
                _ = try await store.saveDeployment(draft, at: Sample.at(1))
                #expect(try await store.runLimits().isEmpty)
            }
        }
    }
}
