import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreWorkQueueTests {
        private func queue(_ name: String, _ store: any Store, at seconds: Double = 1) async throws -> WorkQueueStatus {
            let queues = try await store.workQueues(polledSince: Sample.at(0), at: Sample.at(seconds))
            return try #require(queues.first { $0.name == name })
        }

        @Test("The queue default is there from the start, and others are made once", arguments: StoreKind.all)
        func makes(kind: StoreKind) async throws {
            try await kind.withStore { store in
                #expect(try await store.queueNames() == ["default"])
                let request = WorkQueueRequest(name: "gpu", description: "cards", priority: 5, limit: 2)
                try await store.createQueue(request, at: Sample.at(1))
                let made = try await queue("gpu", store)
                #expect((made.description, made.priority, made.limit) == ("cards", 5, 2))
                #expect((made.createdAt, made.health) == (Sample.at(1), .notPolled))
                await #expect(throws: StoreError.queueExists("gpu")) {
                    try await store.createQueue(request, at: Sample.at(2))
                }
                try await store.createQueue(WorkQueueRequest(name: "gpu", mayExist: true), at: Sample.at(2))
                #expect(try await queue("gpu", store).priority == 5)
            }
        }

        @Test("A paused queue gives nothing until it is resumed, and says who paused it", arguments: StoreKind.all)
        func pauses(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createRun(Sample.run("r1"))
                try await store.changeQueue(
                    "default", WorkQueueChange(isPaused: true), by: "user admin", at: Sample.at(1))
                #expect(try await store.claim(Sample.claim()).isEmpty)
                #expect(try await store.nextDue(in: ["default"], after: Sample.at(-1)) == nil)
                let paused = try await queue("default", store)
                #expect((paused.health, paused.pausedBy) == (.paused, "user admin"))
                try await store.changeQueue(
                    "default", WorkQueueChange(isPaused: false), by: "user admin", at: Sample.at(2))
                #expect(try await store.claim(Sample.claim(at: 3)).map(\.run.name) == ["r1"])
            }
        }

        @Test("While a queue is paused, its runs keep no slot from others", arguments: StoreKind.all)
        func pausedWaiters(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createQueue(WorkQueueRequest(name: "other"), at: Sample.at(0))
                _ = try await store.saveRunLimit(.tag("green"), slots: 1, strategy: nil, at: Sample.at(0))
                try await store.createRun(Sample.run("holder"))
                try await store.createRun(Sample.run("paused", queue: "other", due: 0.1))
                try await store.createRun(Sample.run("next", due: 0.2))
                let all = ["default", "other"]
                let holder = try #require(try await store.claim(Sample.claim(queues: all)).first)
                #expect(try await store.claim(Sample.claim(queues: all)).isEmpty)
                try await store.changeQueue("other", WorkQueueChange(isPaused: true), by: "u", at: Sample.at(1))
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.completed, at: 2)), to: holder.key, at: 2)
                #expect(try await store.claim(Sample.claim(queues: all, at: 3)).map(\.run.name) == ["next"])
            }
        }

        @Test("A queue of smaller priority comes first where an agent serves several", arguments: StoreKind.all)
        func priorities(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createQueue(WorkQueueRequest(name: "slow", priority: 1), at: Sample.at(0))
                try await store.createRun(Sample.run("slow", queue: "slow", due: 0))
                try await store.createRun(Sample.run("fast", due: 30))
                try await store.createRun(Sample.run("later", due: 70))
                let claims = try await store.claim(Sample.claim(queues: ["default", "slow"], limit: 5, at: 100))
                #expect(claims.map(\.run.name) == ["fast", "slow", "later"])
            }
        }

        @Test(
            "An agent of a pattern gets the runs of all queues that match, also of new ones", arguments: StoreKind.all)
        func patterns(kind: StoreKind) async throws {
            try await kind.withStore { store in
                for index in 0..<12 {
                    let name = "etl-\(index)"
                    try await store.createQueue(WorkQueueRequest(name: name), at: Sample.at(0))
                    try await store.createRun(Sample.run(name, queue: name, due: Double(index) / 100))
                }
                try await store.createRun(Sample.run("other"))
                let claims = try await store.claim(Sample.claim(queues: ["etl-*"], limit: 20))
                #expect(claims.map(\.run.name) == (0..<12).map { "etl-\($0)" })
                #expect(try await queue("etl-3", store).agents == ["a1"])
                #expect(try await queue("default", store).agents.isEmpty)
                try await store.createRun(Sample.run("future", queue: "etl-1", due: 50))
                #expect(try await store.nextDue(in: ["etl-*"], after: Sample.at(1)) == Sample.at(50))
            }
        }

        @Test("A name without a queue is refused where that is checked", arguments: StoreKind.all)
        func unknown(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var request = Sample.claim(queues: ["deafult"])
                request.checksQueues = true
                await #expect(throws: StoreError.unknownQueue("deafult", known: ["default"])) {
                    try await store.claim(request)
                }
                let agents = try await store.agents()
                #expect(agents.isEmpty)
                await #expect(throws: StoreError.unknownQueue("q", known: ["default"])) {
                    try await store.changeQueue("q", WorkQueueChange(priority: 1), by: "u", at: Sample.at(1))
                }
            }
        }

        @Test("A queue goes only once no deployment and no open run names it", arguments: StoreKind.all)
        func deletes(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createQueue(WorkQueueRequest(name: "q", limit: 1), at: Sample.at(0))
                let draft = Sample.run(queue: "q")
                try await store.createRun(draft)
                _ = try await store.saveDeployment(Sample.deployment(queue: "q"), at: Sample.at(0))
                let name = "parent_flow_runner/docker-flow"
                await #expect(throws: StoreError.queueInUse("q", deployments: [name], runs: 1)) {
                    try await store.deleteQueue("q")
                }
                let wish = CancellationRequest(by: "u", at: Sample.at(1))
                _ = try await store.requestCancellation(of: draft.run.id, wish)
                _ = try await store.saveDeployment(
                    Sample.deployment(queue: "default", fingerprint: "two"), at: Sample.at(1))
                try await store.deleteQueue("q")
                #expect(try await store.queueNames() == ["default"])
                #expect(try await store.runLimits().isEmpty)
            }
        }

        @Test("A queue tells what is due, held back, later and live, and since when", arguments: StoreKind.all)
        func tells(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveRunLimit(.queue("default"), slots: 1, strategy: nil, at: Sample.at(0))
                for (name, due) in [("live", 0.0), ("blocked", 0.1), ("due", 5), ("future", 500)] {
                    try await store.createRun(Sample.run(name, due: due))
                }
                _ = try await store.claim(Sample.claim(limit: 5))
                let status = try await queue("default", store, at: 40)
                #expect((status.waiting, status.due, status.blocked, status.scheduled) == (3, 1, 1, 1))
                #expect((status.held, status.oldestDue, status.health) == (1, Sample.at(5), .late))
                let waiting = try await store.waitingRuns(in: "default", limit: 10, at: Sample.at(40))
                #expect(waiting.map(\.name) == ["due", "blocked", "future"])
                let figures = try await store.figures(polledSince: Sample.at(0), at: Sample.at(40))
                let figure = try #require(figures.queues.first)
                #expect((figure.due, figure.blocked, figure.scheduled) == (1, 1, 1))
                #expect(figures.limits.map(\.key) == ["queue:default"])
                #expect(figures.limits.first.map { [$0.slots, $0.held, $0.waiting] } == [1, 1, 1])
            }
        }
    }

    struct StorePlacementTests {
        private func claim(
            _ store: any Store, _ labels: [String: JSONValue]?, _ name: String = "a1", at seconds: Double = 1
        ) async throws -> [String] {
            var request = Sample.claim(name, limit: 10, at: seconds)
            request.agent.labels = labels
            return try await store.claim(request).map(\.run.name)
        }

        @Test(
            "A run goes to an agent that has all it asks for, and holds nobody up meanwhile", arguments: StoreKind.all)
        func places(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var gpu = Sample.run("gpu")
                gpu.run.requires = ["gpu": true, "zone": "eu"]
                try await store.createRun(gpu)
                try await store.createRun(Sample.run("any", due: 0.5))
                #expect(try await claim(store, nil) == ["any"])
                #expect(try await claim(store, ["gpu": true]).isEmpty)
                let queues = try await store.workQueues(polledSince: Sample.at(0), at: Sample.at(1))
                #expect(queues.first?.unplaceable == 1)
                _ = try await store.fillSlots(polledSince: Sample.at(0), at: Sample.at(2))
                let waiting = try #require(try await store.run(gpu.run.id))
                #expect(
                    waiting.state.message
                        == "waits in queue default: none of the agents that poll it has gpu=true, zone=eu")
                #expect(try await claim(store, ["gpu": true, "zone": "eu"], "a2") == ["gpu"])
            }
        }
    }

    struct StoreAgentWishTests {
        private func request(session: Identifier, at seconds: Double) -> ClaimRequest {
            var request = Sample.claim(limit: 5, at: seconds)
            request.agent.session = session
            return request
        }

        @Test("An agent that drains gets nothing, and the next process of its name does", arguments: StoreKind.all)
        func drains(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let (old, new) = (Identifier.new(), Identifier.new())
                _ = try await store.work(for: request(session: old, at: 0))
                let status = try await store.setDrain(AgentWish(by: "user admin", at: Sample.at(1)), of: "a1")
                #expect(status.drain?.by == "user admin")
                try await store.createRun(Sample.run("r1"))
                let outcome = try await store.work(for: request(session: old, at: 2))
                #expect(outcome.claims.isEmpty && outcome.drains)
                let next = try await store.work(for: request(session: new, at: 3))
                #expect(next.claims.map(\.run.name) == ["r1"] && !next.drains)
                #expect(try await store.agents().first?.drain == nil)
            }
        }

        @Test(
            "An agent in maintenance gets nothing, whichever process it is, until that ends", arguments: StoreKind.all)
        func rests(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.work(for: request(session: .new(), at: 0))
                _ = try await store.setMaintenance(AgentWish(by: "u", at: Sample.at(1)), of: "a1")
                try await store.createRun(Sample.run("r1"))
                let outcome = try await store.work(for: request(session: .new(), at: 2))
                #expect(outcome.claims.isEmpty && !outcome.drains)
                #expect(try await store.setMaintenance(nil, of: "a1").maintenance == nil)
                #expect(try await store.work(for: request(session: .new(), at: 3)).claims.count == 1)
                await #expect(throws: StoreError.unknownAgent("a2", known: ["a1"])) {
                    try await store.setDrain(nil, of: "a2")
                }
            }
        }

        @Test("What an agent says of itself is told", arguments: StoreKind.all)
        func tells(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var request = Sample.claim(limit: 0)
                (request.agent.labels, request.agent.limit) = (["gpu": true], 4)
                _ = try await store.claim(request)
                let agent = try #require(try await store.agents().first)
                #expect(agent.info.labels == ["gpu": true])
                #expect((agent.info.limit, agent.lastPolledAt) == (4, Sample.at(1)))
            }
        }
    }
}
