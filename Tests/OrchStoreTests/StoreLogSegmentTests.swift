import LogSegments
import OrchModel
import Testing

@testable import OrchStore

extension StoreConformance {
    /// Lines that come packed, again, torn apart, in small numbers and from several at once.
    struct StoreLogSegmentTests {
        private func lines(_ numbers: ClosedRange<Int64>, _ source: LogRecord.Source = .stdout) -> [LogRecord] {
            numbers.map { Sample.line($0, "\(source) \($0)", source: source) }
        }

        private func packed(_ records: [LogRecord]) throws -> AttemptReport {
            var report = AttemptReport(token: "")
            report.segments = try [#require(try LogSegment.packing(records))]
            return report
        }

        private func all(_ store: any Store, _ run: Identifier, limit: Int = 10_000) async throws -> [LogRecord] {
            var records: [LogRecord] = []
            var after: Int64? = 0
            while let position = after {
                let page = try await store.logs(of: run, matching: LogQuery(after: position, limit: limit))
                records += page.records
                after = page.next
            }
            return records
        }

        private func count(_ table: String, _ store: any Store) async throws -> Int64 {
            let store = try #require(store as? RelationalStore)
            return try await store.read { db in
                var reader = RowReader(try #require(try db.row("SELECT COUNT(*) FROM \(table)")), table: table)
                return try reader.next()
            }
        }

        @Test(arguments: StoreKind.all)
        func packedLinesAreNumberedAsTheyCame(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.apply(try packed(lines(1...3)), to: key, at: 2)
                _ = try await store.apply(try packed(lines(1...2, .stderr)), to: key, at: 2)
                _ = try await store.apply(AttemptReport(token: "", records: lines(4...4)), to: key, at: 2)
                let records = try await all(store, key.runID)
                #expect(
                    records.map(\.message) == ["stdout 1", "stdout 2", "stdout 3", "stderr 1", "stderr 2", "stdout 4"])
                #expect(records.map(\.position) == Array(1...6))
                #expect(records.map(\.line) == Array(1...6))
            }
        }

        @Test(arguments: StoreKind.all)
        func aSegmentThatOverlapsAddsWhatIsNew(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                _ = try await store.apply(try packed(lines(1...5) + lines(1...2, .stderr)), to: key, at: 2)
                // An agent that lost its memory reads all again, cut and mixed in another way.
                _ = try await store.apply(try packed(lines(1...2, .stderr) + lines(1...3)), to: key, at: 3)
                _ = try await store.apply(try packed(lines(2...8) + lines(1...4, .stderr)), to: key, at: 3)
                _ = try await store.apply(try packed(lines(1...8)), to: key, at: 3)
                let records = try await all(store, key.runID)
                #expect(records.filter { $0.source == .stdout }.map(\.sequence) == Array(1...8))
                #expect(records.filter { $0.source == .stderr }.map(\.sequence) == Array(1...4))
                #expect(records.map(\.position) == Array(1...12))
            }
        }

        @Test(arguments: StoreKind.all)
        func remarksAreKnownOneByOne(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                func remark(_ sequence: Int64) -> LogRecord {
                    Sample.line(sequence, "remark \(sequence)", source: .orch)
                }
                // A remark numbered by its time comes before one that is numbered by its place in the stream.
                let time = Sample.at(1).microseconds
                _ = try await store.apply(try packed([remark(time)]), to: key, at: 2)
                _ = try await store.apply(try packed(lines(1...2) + [remark(7), remark(7)]), to: key, at: 2)
                _ = try await store.apply(try packed([remark(time), remark(7), remark(9)]), to: key, at: 2)
                _ = try await store.apply(try packed(lines(1...2) + [remark(9), remark(3)]), to: key, at: 2)
                #expect(
                    try await all(store, key.runID).map(\.message)
                        == ["remark \(time)", "stdout 1", "stdout 2", "remark 7", "remark 9", "remark 3"])
                // The controller's own lie below all of them.
                _ = try await store.markUnobserved(at: Sample.at(1000))
                _ = try await store.apply(try packed(lines(1...3)), to: key, at: 1001)
                let records = try await all(store, key.runID)
                #expect(records.suffix(3).map(\.source) == [.orch, .stdout, .orch])
                #expect(records.filter { $0.logger == "server" }.map(\.sequence) == [-1, -2])
            }
        }

        @Test(arguments: StoreKind.all)
        func manySmallSegmentsAreJoinedAndPositionsStay(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                for number in Int64(1)...100 {
                    _ = try await store.apply(try packed(lines(number...number)), to: key, at: 2)
                    #expect(try await count("log_segment", store) <= 32)
                    if number == 20 { #expect(try await all(store, key.runID).map(\.sequence) == Array(1...20)) }
                }
                let records = try await all(store, key.runID, limit: 7)
                #expect(records.map(\.sequence) == Array(1...100))
                #expect(records.map(\.position) == Array(1...100))
                let ended = AttemptReport(token: "", state: Sample.state(.completed, at: 4))
                _ = try await store.apply(ended, to: key, at: 4)
                #expect(try await count("log_segment", store) == 1)
                #expect(try await all(store, key.runID) == records)
                #expect(
                    try await store.logs(of: key.runID, matching: LogQuery(after: 97)).records.map(\.line)
                        == [98, 99, 100])
            }
        }

        @Test(arguments: StoreKind.all)
        func filtersPassOverSegmentsAndFindEveryLine(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                var expected: [(Int64, LogRecord)] = []
                for part in Int64(0)..<6 {
                    let records = (Int64(1)...5000).map { number in
                        let sequence = part * 5000 + number
                        return LogRecord(
                            attempt: 1, source: .stdout, sequence: sequence, at: Sample.at(Double(sequence)),
                            level: sequence.isMultiple(of: 4999) ? .warning : .info,
                            message: sequence.isMultiple(of: 777) ? "needle \(sequence)" : "hay \(sequence) need le")
                    }
                    expected += records.map { ($0.sequence, $0) }
                    _ = try await store.apply(try packed(records), to: key, at: 2)
                }
                func found(_ query: LogQuery) async throws -> [Int64] {
                    try await store.logs(of: key.runID, matching: query).records.map(\.position)
                }
                func where_(_ match: (LogRecord) -> Bool) -> [Int64] {
                    expected.filter { match($0.1) }.map(\.0)
                }
                #expect(try await found(LogQuery(containing: "needle")) == where_ { $0.message.hasPrefix("needle") })
                #expect(try await found(LogQuery(level: .warning)) == where_ { $0.level == .warning })
                #expect(try await found(LogQuery(since: Sample.at(29_990))) == Array(29_990...30_000))
                #expect(try await found(LogQuery(after: 14_998, limit: 4)) == [14_999, 15_000, 15_001, 15_002])
                #expect(try await found(LogQuery(limit: 3, isTail: true)) == [29_998, 29_999, 30_000])
                #expect(
                    try await found(LogQuery(limit: 9, containing: "needle", isTail: true))
                        == where_ { $0.message.hasPrefix("needle") }.suffix(9))
                #expect(try await found(LogQuery(after: 29_999, limit: 9, isTail: true)) == [30_000])
                let page = try await store.logs(of: key.runID, matching: LogQuery(limit: 2, containing: "needle"))
                #expect(page.next == 1554)
                #expect(
                    try await store.logs(of: key.runID, matching: LogQuery(after: 29_000, containing: "nothing"))
                        == LogPage(records: [], next: nil))
                #expect(try await all(store, key.runID, limit: 999).map(\.position) == Array(1...30_000))
            }
        }

        @Test(arguments: StoreKind.all)
        func aChildRunHasItsOwnLines(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let children = [Identifier.new(), .new()]
                var report = AttemptReport(
                    token: "",
                    childRuns: children.map {
                        ChildRunReport(
                            id: $0, parentRunID: key.runID, flowName: "child", parameters: [:],
                            state: Sample.state(.running, at: 2))
                    })
                report.segments = try [
                    #require(
                        try LogSegment.packing([
                            Sample.line(1, "parent"), Sample.line(2, "first", child: children[0]),
                        ])),
                    #require(try LogSegment.packing([Sample.line(3, "second", child: children[1])])),
                ]
                _ = try await store.apply(report, to: key, at: 2)
                #expect(try await all(store, key.runID).map(\.message) == ["parent", "first", "second"])
                #expect(try await all(store, children[0]).map(\.message) == ["first"])
                #expect(try await all(store, children[1]).map(\.position) == [3])
                let news = try #require(try await store.news(of: children[0], since: RunCursor(), limit: 10))
                #expect(news.records.map(\.message) == ["first"])
                #expect(news.cursor.log == 3)
            }
        }

        @Test(arguments: StoreKind.all)
        func attemptsAreNumberedByThemselves(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run()
                draft.launch.policy = RunPolicy(retries: 1, retryDelaySeconds: 0)
                let first = try await store.claimedRun(draft)
                _ = try await store.apply(try packed(lines(1...2)), to: first, at: 2)
                let failed = AttemptReport(
                    token: "", termination: Termination(exitCode: 1), state: Sample.state(.failed, at: 3))
                _ = try await store.apply(failed, to: first, at: 3)
                _ = try await store.claim(Sample.claim(at: 60))
                let second = AttemptKey(runID: first.runID, attempt: 2)
                _ = try await store.apply(try packed(lines(1...3)), to: second, at: 61)
                let records = try await all(store, first.runID)
                #expect(records.map(\.attempt) == [1, 1, 2, 2, 2])
                #expect(records.map(\.position) == [1, 2, 3, 4, 5])
                #expect(records.map(\.line) == [1, 2, 1, 2, 3])
            }
        }

        @Test(arguments: StoreKind.all)
        func aLogThatIsFullCountsWhatItDrops(kind: StoreKind) async throws {
            try await kind.withStore(logLimit: 200) { store in
                let key = try await store.claimedRun()
                let long = (1...10).map { Sample.line($0, String(repeating: "x", count: 20), source: .stdout) }
                _ = try await store.apply(try packed(long), to: key, at: 2)
                let more = (11...14).map { Sample.line($0, "12345", source: .stdout) }
                let remark = Sample.line(1, "a remark", source: .orch)
                for _ in 1...2 { _ = try await store.apply(try packed(more + [remark]), to: key, at: 3) }
                _ = try await store.apply(try packed(lines(14...15)), to: key, at: 3)
                let ended = AttemptReport(token: "", state: Sample.state(.completed, at: 4))
                for _ in 1...2 { _ = try await store.apply(ended, to: key, at: 4) }
                let kept = try await all(store, key.runID)
                #expect(kept.prefix(10).map(\.sequence) == Array(1...10))
                #expect(kept.count == 13)
                #expect(kept[10].message == "a remark")
                #expect(kept[11].message.contains("has reached its limit of 200 bytes"))
                #expect(kept[12].message.hasPrefix("5 lines with 29 bytes were dropped"))
                #expect(kept.map(\.position) == Array(1...13))
            }
        }

        @Test(arguments: StoreKind.all)
        func aLogIsFullAtTheFirstLineThatDoesNotFit(kind: StoreKind) async throws {
            try await kind.withStore(logLimit: 100) { store in
                let key = try await store.claimedRun()
                let long = (1...10).map { Sample.line($0, String(repeating: "x", count: 30), source: .stdout) }
                let remark = Sample.line(1, "a remark", source: .orch)
                for _ in 1...2 { _ = try await store.apply(try packed(long + [remark]), to: key, at: 2) }
                // It is short enough for what is left, and would make a hole.
                _ = try await store.apply(try packed([Sample.line(11, "12", source: .stdout)]), to: key, at: 3)
                let ended = AttemptReport(token: "", state: Sample.state(.completed, at: 4))
                _ = try await store.apply(ended, to: key, at: 4)
                let kept = try await all(store, key.runID)
                #expect(kept.prefix(4).map(\.message.utf8.count) == [30, 30, 30, 8])
                #expect(kept.count == 6)
                #expect(kept[4].message.contains("has reached its limit of 100 bytes"))
                #expect(kept[5].message.hasPrefix("8 lines with 212 bytes were dropped"))
            }
        }

        @Test(arguments: StoreKind.all)
        func aSegmentThatCannotBeReadIsShown(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                var report = try packed(lines(1...3))
                report.segments[0].content[20] ^= 1
                _ = try await store.apply(report, to: key, at: 2)
                _ = try await store.apply(try packed(lines(4...5)), to: key, at: 2)
                let records = try await all(store, key.runID)
                #expect(records.map(\.position) == [3, 4, 5])
                #expect(records[0].level == .error && records[0].message.hasPrefix("the lines 1 to 3 of this log"))
                // What would have to be unpacked to be kept is refused.
                await #expect(throws: StoreError.self) {
                    var torn = try packed(lines(4...9))
                    torn.segments[0].content[20] ^= 1
                    _ = try await store.apply(torn, to: key, at: 2)
                }
                #expect(try await all(store, key.runID).count == 3)
            }
        }

        @Test(arguments: StoreKind.all)
        func manyAtOnceLeaveNoHoleAndNothingTwice(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let other = try await store.claimedRun(Sample.run("other"))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 1...4 {
                        group.addTask {
                            for end in stride(from: Int64(10), through: 200, by: 10) {
                                _ = try await store.apply(try packed(lines(end - 9...end)), to: key, at: 2)
                                _ = try await store.apply(try packed(lines(1...end)), to: other, at: 2)
                            }
                        }
                    }
                    group.addTask {
                        var last: Int64 = 0
                        for _ in 1...50 {
                            let news = try #require(
                                try await store.news(
                                    of: other.runID, since: RunCursor(state: 0, log: last), limit: 33))
                            #expect(news.records.map(\.sequence) == news.records.indices.map { last + 1 + Int64($0) })
                            last = news.cursor.log
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await all(store, other.runID).map(\.sequence) == Array(1...200))
                let records = try await all(store, key.runID)
                #expect(records.map(\.position) == records.indices.map { Int64($0) + 1 })
                #expect(Set(records.map(\.sequence)).count == records.count)
            }
        }

        @Test(arguments: StoreKind.all)
        func logsAreRemovedWithTheirDays(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let relational = try #require(store as? RelationalStore)
                let key = try await store.claimedRun()
                let other = try await store.claimedRun(Sample.run("other"))
                for key in [key, other] { _ = try await store.apply(try packed(lines(1...3)), to: key, at: 2) }
                let day = Sample.start.microseconds / 86_400_000_000
                func remove(_ run: Identifier) async throws {
                    _ = try await relational.write { db in
                        try LogVolume.remove(of: try #require(try RunRow.find(run, db)).number, atMost: 100, db)
                    }
                }
                try await remove(key.runID)
                #expect(try await all(store, key.runID).isEmpty)
                #expect(try await all(store, other.runID).count == 3)
                #expect(try await relational.write({ try $0.dropEmptyLogDays(before: day + 1) }) == 0)
                try await remove(other.runID)
                #expect(try await relational.write({ try $0.dropEmptyLogDays(before: day) }) == 0)
                let expected = kind.name == "PostgreSQL" ? 1 : 0
                #expect(try await relational.write({ try $0.dropEmptyLogDays(before: day + 1) }) == expected)
                // A day comes back when it is needed, and positions go on.
                _ = try await store.apply(try packed(lines(4...5)), to: other, at: 3)
                #expect(try await all(store, other.runID).map(\.position) == [4, 5])
            }
        }

        @Test(arguments: StoreKind.all)
        func linesOfAnOlderOrchAreMoved(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let relational = try #require(store as? RelationalStore)
                let key = try await store.claimedRun()
                try await relational.write { db in
                    var reader = RowReader(try #require(try db.row("SELECT number FROM flow_run")), table: "flow_run")
                    let run: Int64 = try reader.next()
                    for (attempt, sequence) in [(1, 1), (1, 2), (2, 1)] {
                        try db.run(
                            """
                            INSERT INTO log_record (run, attempt, source, sequence, at, level, message, logger)
                            VALUES (?, ?, 'stdout', ?, 5, 20, ?, 'x')
                            """,
                            [run, attempt, sequence, Array("old \(attempt) \(sequence)".utf8)])
                    }
                }
                try await relational.moveLogRecords()
                try await relational.moveLogRecords()
                let records = try await all(store, key.runID)
                #expect(records.map(\.message) == ["old 1 1", "old 1 2", "old 2 1"])
                #expect(records.map(\.position) == [1, 2, 3])
                #expect(records.map(\.line) == [1, 2, 1])
                #expect(records[0].logger == "x" && records[0].at.microseconds == 5)
                #expect(try await count("log_record", store) == 0)
                // What was kept before is known after.
                _ = try await store.apply(try packed(lines(1...3)), to: key, at: 2)
                #expect(try await all(store, key.runID).map(\.sequence) == [1, 2, 1, 3])
            }
        }
    }
}
