import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreAssetTests {
        private static func record(
            _ object: String = "a", content: String = "1", dataset: String = "green", lake: String = "gs://lake"
        ) -> AssetRecord {
            AssetRecord(
                namespace: lake, dataset: dataset, uri: "\(lake)/data/\(dataset)/\(object)", version: content,
                schemaVersion: 2, schema: [.init(name: "VendorID", type: "int64")], rows: 3, bytes: 9, sha256: content,
                source: "https://host/x.csv.gz", sourceSHA256: "ff", fileMonth: "2020-07",
                dataIntervalStart: Sample.at(0), dataIntervalEnd: Sample.at(60))
        }

        private static func report(_ records: [(AssetRecord, Double)], of run: Identifier) -> AttemptReport {
            AttemptReport(
                token: "", assets: records.map { AssetReport(flowRunID: run, at: Sample.at($0.1), record: $0.0) })
        }

        @Test(arguments: StoreKind.all)
        func aRecordIsKeptWholeWithItsRun(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let record = Self.record()
                _ = try await store.apply(Self.report([(record, 2)], of: key.runID), to: key, at: 3)
                let page = try await store.assets(matching: AssetQuery(isLatest: true))
                let asset = try #require(page.assets.first)
                #expect(page.assets.count == 1)
                #expect(page.next == nil)
                #expect(asset.record == record)
                #expect(asset.flowRunID == key.runID)
                #expect(asset.flowRunName == "docker-flow-1")
                #expect(asset.flowName == "parent_flow_runner")
                #expect(asset.attempt == 1)
                #expect(asset.at == Sample.at(2))
                #expect(try await store.asset(asset.id) == asset)
                #expect(try await store.asset(.new()) == nil)
            }
        }

        @Test(arguments: StoreKind.all)
        func aReplayedStreamAddsNothing(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                // The second content is replaced by the first again: one record each, the first one the later.
                let story = [
                    (Self.record(content: "1"), 2.0), (Self.record(content: "2"), 3), (Self.record(content: "1"), 4),
                ]
                var seen: [[Asset]] = []
                for part in [story, Array(story.prefix(1)), story] {
                    _ = try await store.apply(Self.report(part, of: key.runID), to: key, at: 5)
                    seen.append(try await store.assets(matching: AssetQuery(isLatest: false)).assets)
                }
                #expect(seen[0].map(\.record.version) == ["1", "2"])
                #expect(seen[0].map(\.at) == [Sample.at(4), Sample.at(3)])
                #expect(seen[1] == seen[0])
                #expect(seen[2] == seen[0])
            }
        }

        @Test(arguments: StoreKind.all)
        func theSameContentByAnotherRunIsAnotherRecord(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let first = try await store.claimedRun()
                let second = try await store.claimedRun(Sample.run("docker-flow-2"))
                _ = try await store.apply(Self.report([(Self.record(), 2)], of: first.runID), to: first, at: 3)
                _ = try await store.apply(Self.report([(Self.record(), 4)], of: second.runID), to: second, at: 5)
                let history = try await store.assets(matching: AssetQuery(isLatest: false, uri: Self.record().uri))
                #expect(history.assets.map(\.flowRunName) == ["docker-flow-2", "docker-flow-1"])
                let latest = try await store.assets(matching: AssetQuery(isLatest: true)).assets
                #expect(latest.map(\.flowRunName) == ["docker-flow-2"])
                // What a run wrote is shown, though another has written it since.
                let ofFirst = try await store.assets(matching: AssetQuery(isLatest: true, flowRun: first.runID)).assets
                #expect(ofFirst.map(\.flowRunName) == ["docker-flow-1"])
            }
        }

        /// An agent that was cut off reports late: what counts is when the object was written.
        @Test(arguments: StoreKind.all)
        func theLastRecordIsTheLastWrittenNotTheLastReported(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                for (content, time) in [("new", 9.0), ("old", 2)] {
                    _ = try await store.apply(
                        Self.report([(Self.record(content: content), time)], of: key.runID), to: key, at: 10)
                }
                let latest = try await store.assets(matching: AssetQuery(isLatest: true)).assets
                #expect(latest.map(\.record.version) == ["new"])
            }
        }

        @Test(arguments: StoreKind.all)
        func aListIsNarrowed(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let records = [
                    (Self.record("a"), 2.0), (Self.record("b", dataset: "yellow"), 3),
                    (Self.record("100%_a", lake: "file:///x"), 4), (Self.record("1000_a", lake: "file:///x"), 5),
                ]
                _ = try await store.apply(Self.report(records, of: key.runID), to: key, at: 6)
                func uris(_ change: (inout AssetQuery) -> Void) async throws -> [String] {
                    var query = AssetQuery(isLatest: true)
                    change(&query)
                    return try await store.assets(matching: query).assets.map { String($0.record.uri.suffix(8)) }
                }
                #expect(try await uris { _ in } == ["n/1000_a", "n/100%_a", "yellow/b", "/green/a"])
                #expect(try await uris { $0.dataset = "green" } == ["n/1000_a", "n/100%_a", "/green/a"])
                #expect(try await uris { $0.prefix = "file:///x/" } == ["n/1000_a", "n/100%_a"])
                #expect(try await uris { $0.prefix = "file:///x/data/green/100%" } == ["n/100%_a"])
                #expect(try await uris { $0.uri = "gs://lake/data/yellow/b" } == ["yellow/b"])
                #expect(try await uris { $0.uri = "gs://lake/data/yellow/" } == [])
                #expect(try await uris { $0.flowRun = .new() } == [])
                let names = try await store.assetNames(limit: 3)
                #expect(names.datasets == ["green", "yellow"])
                #expect(names.uris.count == 3)
                #expect(names.uris.first == "file:///x/data/green/1000_a")
            }
        }

        @Test(arguments: StoreKind.all)
        func pagesFollowEachOtherThoughTimesAreEqual(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let records = (1...7).map { (Self.record("\($0)"), 2.0) }
                _ = try await store.apply(Self.report(records, of: key.runID), to: key, at: 3)
                var pages: [[String]] = []
                var query = AssetQuery(isLatest: true, limit: 3)
                repeat {
                    let page = try await store.assets(matching: query)
                    pages.append(page.assets.map { String($0.record.uri.suffix(1)) })
                    query.after = page.next.flatMap { AssetCursor($0) }
                } while query.after != nil
                #expect(pages == [["7", "6", "5"], ["4", "3", "2"], ["1"]])
            }
        }

        @Test(arguments: StoreKind.all)
        func aChildRunsAssetsAreItsOwnAndItsContainers(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let child = Identifier.new()
                var report = Self.report([(Self.record(), 2)], of: child)
                report.childRuns = [
                    ChildRunReport(
                        id: child, parentRunID: key.runID, flowName: "etl", parameters: [:],
                        state: Sample.state(.running, at: 1))
                ]
                _ = try await store.apply(report, to: key, at: 3)
                for run in [child, key.runID] {
                    let assets = try await store.assets(matching: AssetQuery(isLatest: true, flowRun: run)).assets
                    #expect(assets.map(\.flowRunID) == [child])
                    #expect(assets.map(\.flowName) == ["etl"])
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func anotherRunsAssetsAreRefusedAndNothingIsKept(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let other = try await store.claimedRun(Sample.run("docker-flow-2"))
                var report = Self.report([(Self.record(), 2)], of: other.runID)
                report.records = [Sample.line(1)]
                await #expect(throws: StoreError.foreignRun("\(other.runID)", run: "\(key.runID)")) {
                    _ = try await store.apply(report, to: key, at: 3)
                }
                #expect(try await store.assets(matching: AssetQuery(isLatest: false)).assets.isEmpty)
                #expect(try await store.logs(of: key.runID, matching: LogQuery()).records.isEmpty)
            }
        }

        @Test(arguments: ["", ".", "1", "1.", ".1", "1.2.3", "a.b", " 1.2"])
        func aCursorThatIsNoneIsNotRead(text: String) {
            #expect(AssetCursor(text) == nil)
            #expect(AssetCursor("-5.7")?.description == "-5.7")
        }
    }
}
