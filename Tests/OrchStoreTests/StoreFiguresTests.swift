import OrchModel
import Testing

@testable import OrchStore

extension StoreConformance {
    struct StoreFiguresTests {
        @Test(arguments: StoreKind.all)
        func figuresTellWhatWaitsWhatRunsAndWhoPolls(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.saveDeployment(Sample.deployment(queue: "idle"), at: Sample.at(0))
                for name in ["one", "two", "three"] { try await store.createRun(Sample.run(name)) }
                try await store.createRun(Sample.run("slow", queue: "slow", due: 5))
                try await store.createRun(Sample.run("slower", queue: "slow", due: 7))
                try await store.createRun(Sample.run("tomorrow", queue: "slow", due: 86_400))
                _ = try await store.claim(Sample.claim("gone", limit: 1, at: 1))
                _ = try await store.claim(Sample.claim("a1", queues: ["default", "gpu"], limit: 1, at: 90))
                _ = try await store.claim(Sample.claim("a2", queues: ["default"], limit: 0, at: 90))
                _ = try await store.markUnobserved(at: Sample.at(100))
                let figures = try await store.figures(polledSince: Sample.at(60), at: Sample.at(100))
                #expect(
                    figures.queues == [
                        StoreFigures.Queue(name: "default", due: 1, oldestDue: Sample.at(0), polling: 2),
                        StoreFigures.Queue(name: "gpu", polling: 1),
                        StoreFigures.Queue(name: "idle"),
                        StoreFigures.Queue(name: "slow", due: 2, scheduled: 1, oldestDue: Sample.at(5)),
                    ])
                #expect(figures.live == [.pending: 2])
                #expect(figures.unobserved == 1)
                #expect(figures.held == ["gone": 1, "a1": 1, "a2": 0])
                #expect(figures.polling == 2)
                #expect(figures.databaseBytes > 10_000)
            }
        }

        @Test(arguments: StoreKind.all)
        func theSchemaIsCurrentUntilAMigrationIsMissingOrUnknown(kind: StoreKind) async throws {
            try await kind.withStore { store in
                #expect(try await store.hasCurrentSchema())
                let relational = try #require(store as? RelationalStore)
                let (table, column) =
                    kind.name == "SQLite" ? ("grdb_migrations", "identifier") : ("orch_migration", "name")
                _ = try await relational.write { try $0.run("INSERT INTO \(table) VALUES ('9-newer')", []) }
                #expect(try await !store.hasCurrentSchema())
                _ = try await relational.write {
                    try $0.run("DELETE FROM \(table) WHERE \(column) IN ('9-newer', '4-questions')", [])
                }
                #expect(try await !store.hasCurrentSchema())
            }
        }

        @Test(arguments: StoreKind.all)
        func whatAReportChangedIsToldOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                var report = AttemptReport(token: "t", state: Sample.state(.running, at: 3))
                report.startedAt = Sample.at(3.5)
                #expect(try await effect(store.apply(report, to: key, at: 4)) == ReportEffect(launch: .seconds(2.5)))
                #expect(try await effect(store.apply(report, to: key, at: 5)) == ReportEffect())
                let end = AttemptReport(token: "t", state: Sample.state(.failed, at: 6))
                #expect(try await effect(store.apply(end, to: key, at: 7)) == ReportEffect(hasEnded: true))
                #expect(try await effect(store.apply(end, to: key, at: 8)) == ReportEffect())
            }
        }

        @Test(arguments: StoreKind.all)
        func anAttemptThatAnotherFollowsIsNotTheEnd(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run()
                draft.launch.policy = RunPolicy(retries: 1)
                let key = try await store.claimedRun(draft)
                let end = AttemptReport(token: "t", state: Sample.state(.failed, at: 6))
                #expect(try await effect(store.apply(end, to: key, at: 7)) == ReportEffect(isRetried: true))
                #expect(try await effect(store.apply(end, to: key, at: 8)) == ReportEffect())
            }
        }

        private func effect(_ outcome: ReportOutcome) throws -> ReportEffect {
            guard case .applied(_, let effect) = outcome else {
                Issue.record("the report was not applied: \(outcome.word)")
                return ReportEffect()
            }
            return effect
        }
    }
}
