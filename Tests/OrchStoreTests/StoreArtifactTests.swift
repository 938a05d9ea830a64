import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreArtifactTests {
        private static func report(
            _ run: Identifier, _ sequence: Int64, key: String = "report", at: Double = 2, task: Identifier? = nil
        ) -> ArtifactReport {
            ArtifactReport(
                flowRunID: run, taskRunID: task, sequence: sequence, at: Sample.at(at), key: key, type: "table",
                description: "50 % of _\0", data: ["columns": ["a"], "rows": [[.string("x\u{0000}é")]]])
        }

        @Test(arguments: StoreKind.all)
        func anArtifactIsKeptWholeWithItsRun(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let task = Identifier.new()
                let report = Self.report(key.runID, 7, task: task)
                for _ in 0..<2 {
                    _ = try await store.apply(AttemptReport(token: "", artifacts: [report]), to: key, at: 3)
                }
                let page = try await store.artifacts(matching: ArtifactQuery(isLatest: true))
                let listed = try #require(page.artifacts.first)
                #expect(page.artifacts.count == 1)
                #expect(page.next == nil)
                #expect(listed.data == nil)
                let found = try #require(try await store.artifact(listed.id))
                #expect(found.data == report.data)
                #expect(found.bytes == report.data.jsonText.utf8.count)
                #expect(found.taskRunID == task)
                #expect(found.flowRunID == key.runID)
                #expect(found.flowRunName == "docker-flow-1")
                #expect(found.attempt == 1)
                #expect(found.at == Sample.at(2))
                #expect(found.description == "50 % of _\u{FFFD}")
                #expect(try await store.artifact(named: "report") == found)
                #expect(try await store.artifact(named: "repor_") == nil)
                #expect(try await store.artifact(.new()) == nil)
                #expect(try await store.artifactKeys(limit: 10) == ["report"])
            }
        }

        @Test(arguments: StoreKind.all)
        func theyGoWithTheirRunInSteps(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let old = try await store.claimedRun()
                let new = try await store.claimedRun(Sample.run("docker-flow-2"))
                for (run, at) in [(old, 10.0), (new, 1000.0)] {
                    let artifacts = (1...70).map { Self.report(run.runID, $0, key: "key-\($0)") }
                    let report = AttemptReport(
                        token: "", state: Sample.state(.completed, at: at), artifacts: artifacts)
                    _ = try await store.apply(report, to: run, at: at)
                }
                var policy = StoreRetentionTests.keepsAll
                policy.runSeconds = 100
                let (removed, steps) = try await StoreRetentionTests.pass(policy, at: 500, rows: 1000, store)
                #expect(removed.runsByAge == 1)
                // Twenty of them are a step: they may be large.
                #expect(steps >= 4)
                let left = try await store.artifacts(matching: ArtifactQuery(isLatest: false, limit: 1000))
                #expect(left.artifacts.count == 70)
                #expect(left.artifacts.allSatisfy { $0.flowRunID == new.runID })
            }
        }

        @Test(arguments: StoreKind.all)
        func eachOfAKeyIsAVersion(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let first = try await store.claimedRun()
                let second = try await store.claimedRun(Sample.run("docker-flow-2"))
                let ofFirst = [Self.report(first.runID, 1, at: 2), Self.report(first.runID, 2, key: "other", at: 3)]
                let ofSecond = [Self.report(second.runID, 1, at: 4), Self.report(second.runID, 2, at: 5)]
                _ = try await store.apply(AttemptReport(token: "", artifacts: ofFirst), to: first, at: 6)
                _ = try await store.apply(AttemptReport(token: "", artifacts: ofSecond), to: second, at: 6)
                func times(_ query: ArtifactQuery) async throws -> [Timestamp] {
                    try await store.artifacts(matching: query).artifacts.map(\.at)
                }
                #expect(try await times(ArtifactQuery(isLatest: true)) == [Sample.at(5), Sample.at(3)])
                #expect(
                    try await times(ArtifactQuery(isLatest: false, key: "report"))
                        == [Sample.at(5), Sample.at(4), Sample.at(2)])
                #expect(
                    try await times(ArtifactQuery(isLatest: true, flowRun: first.runID)) == [
                        Sample.at(3), Sample.at(2),
                    ])
                let page = try await store.artifacts(matching: ArtifactQuery(isLatest: false, limit: 3))
                let cursor = try #require(page.next.flatMap { AssetCursor($0) })
                #expect(try await times(ArtifactQuery(isLatest: false, after: cursor)) == [Sample.at(2)])
            }
        }
    }
}
