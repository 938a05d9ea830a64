import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreAgentTests {
        @Test(arguments: StoreKind.all)
        func anAgentIsKnownByItsLastPollAndCountsItsRuns(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await store.createRun(Sample.run("one"))
                try await store.createRun(Sample.run("two"))
                _ = try await store.claim(Sample.claim("a1", limit: 2, at: 1))
                _ = try await store.claim(Sample.claim("a1", queues: ["default", "gpu"], limit: 0, at: 9))
                let agents = try await store.agents()
                #expect(agents.map(\.info.queues) == [["default", "gpu"]])
                #expect(agents.map(\.lastSeenAt) == [Sample.at(9)])
                #expect(agents.map(\.running) == [2])
            }
        }

        @Test(arguments: StoreKind.all)
        func aNameIsOneAgentsUntilThatIsSilentForALeaseOrGone(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let (first, second) = (Identifier.new(), Identifier.new())
                func poll(_ identity: Identifier?, at seconds: Double) async throws {
                    var request = Sample.claim(at: seconds)
                    request.agent.identity = identity
                    _ = try await store.claim(request)
                }
                let held = StoreError.nameHeld("a1", host: "host-a1", since: Sample.at(1), seen: Sample.at(20))
                try await poll(first, at: 1)
                // A restart, and agents of before there were identities.
                try await poll(first, at: 10)
                try await poll(nil, at: 20)
                for seconds in [20.0, 50] {
                    await #expect(throws: held) { try await poll(second, at: seconds) }
                }
                try await poll(second, at: 51)
                await #expect(throws: StoreError.self) { try await poll(first, at: 52) }
                var agent = Sample.agent()
                agent.identity = first
                try await store.releaseName(of: agent)
                await #expect(throws: StoreError.self) { try await poll(first, at: 53) }
                agent.identity = second
                try await store.releaseName(of: agent)
                try await poll(first, at: 54)
            }
        }

        @Test(
            "An agent whose process says that it ends polls no more at once; another process is not meant, and begins anew",
            arguments: StoreKind.all)
        func farewell(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var request = Sample.claim(at: 10)
                (request.agent.identity, request.agent.session) = (.new(), .new())
                func status() async throws -> AgentStatus { try #require(try await store.agents().first) }
                func polling() async throws -> [[String]] {
                    try await store.workQueues(polledSince: Sample.at(0), at: Sample.at(30)).map(\.agents)
                }
                _ = try await store.claim(request)
                let other = AgentFarewell(agent: "a1", session: .new())
                try await store.leave(other, at: Sample.at(11))
                #expect(try await status().leftAt == nil)
                #expect(try await polling() == [["a1"]])

                let session = try #require(request.agent.session)
                try await store.leave(AgentFarewell(agent: "a1", session: session), at: Sample.at(12))
                #expect(try await status().leftAt == Sample.at(12))
                #expect(try await polling() == [[]])
                #expect(try await store.figures(polledSince: Sample.at(0), at: Sample.at(30)).polling == 0)
                // A poll that was long on its way.
                try await store.createRun(Sample.run())
                #expect(try await store.claim(request).isEmpty)
                #expect(try await status().leftAt == Sample.at(12))

                // The next process, with another data directory.
                (request.agent.identity, request.agent.session) = (.new(), .new())
                #expect(try await store.claim(request).count == 1)
                #expect(try await status().leftAt == nil)
                #expect(try await polling() == [["a1"]])
            }
        }

        @Test(
            "An agent gets no more runs than the limit that it tells of, whatever it asks for", arguments: StoreKind.all
        )
        func cappedByItsLimit(kind: StoreKind) async throws {
            try await kind.withStore { store in
                for index in 1...5 { try await store.createRun(Sample.run("r\(index)", due: Double(index) / 10)) }
                var request = Sample.claim(limit: 100, at: 1)
                request.agent.limit = 3
                let claims = try await store.claim(request)
                #expect(claims.map(\.run.name) == ["r1", "r2", "r3"])
                #expect(try await store.claim(request).isEmpty)
                let first = try #require(claims.first)
                _ = try await store.apply(
                    AttemptReport(token: "", state: Sample.state(.completed, at: 2)), to: first.key, at: 2)
                #expect(try await store.claim(request).map(\.run.name) == ["r4"])
                request.agent.limit = nil
                #expect(try await store.claim(request).map(\.run.name) == ["r5"])
            }
        }

        @Test(arguments: StoreKind.all)
        func queuesTellWhatWaitsAndWhoPolls(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveDeployment(Sample.deployment(queue: "from-deployment"), at: Sample.at(0))
                try await store.createRun(Sample.run(queue: "from-run"))
                _ = try await store.claim(Sample.claim("old", queues: ["shared"], limit: 0, at: 1))
                _ = try await store.claim(Sample.claim("new", queues: ["shared"], limit: 0, at: 100))
                let queues = try await store.workQueues(polledSince: Sample.at(50), at: Sample.at(100))
                #expect(queues.map(\.name) == ["default", "from-deployment", "from-run", "shared"])
                #expect(queues.map(\.waiting) == [0, 0, 1, 0])
                #expect(queues.map(\.deployments) == [0, 1, nil, nil])
                #expect(queues.map(\.agents) == [[], [], [], ["new"]])
                #expect(queues.last?.lastPolledAt == Sample.at(100))
            }
        }
    }
}
