import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreLogTests {
        @Test(arguments: StoreKind.all)
        func pagesGoOnWhereTheLastOneEnded(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let other = try await store.claimedRun(Sample.run("other"))
                for start in stride(from: Int64(1), through: 9, by: 3) {
                    let records = (start..<start + 3).map { Sample.line($0, "line \($0)") }
                    _ = try await store.apply(AttemptReport(token: "", records: records), to: key, at: 2)
                    _ = try await store.apply(AttemptReport(token: "", records: records), to: other, at: 2)
                }
                var messages: [String] = []
                var after: Int64? = 0
                while let position = after {
                    let page = try await store.logs(of: key.runID, matching: LogQuery(after: position, limit: 4))
                    messages += page.records.map(\.message)
                    after = page.next
                }
                #expect(messages == (1...9).map { "line \($0)" })
            }
        }

        @Test(arguments: StoreKind.all)
        func theLeastLevelNarrows(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let records = LogRecord.Level.allCases.enumerated().map { index, level in
                    Sample.line(Int64(index + 1), level: level)
                }
                _ = try await store.apply(AttemptReport(token: "", records: records), to: key, at: 2)
                let page = try await store.logs(of: key.runID, matching: LogQuery(level: .warning))
                #expect(page.records.map(\.level) == [.warning, .error, .critical])
            }
        }

        @Test(arguments: StoreKind.all)
        func linesAreKeptExactly(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let texts = ["", "tab\tand\nnewline", "a\u{0}b", "žluťoučký 🚕", String(repeating: "x", count: 1 << 20)]
                let records = texts.enumerated().map { Sample.line(Int64($0.offset + 1), $0.element) }
                _ = try await store.apply(AttemptReport(token: "", records: records), to: key, at: 2)
                let kept = try await store.logs(of: key.runID, matching: LogQuery()).records
                #expect(zip(kept, texts).allSatisfy { $0.message == $1 } && kept.count == texts.count)
                var first = try #require(kept.first)
                (first.position, first.line) = (0, 0)
                #expect(first == records[0])
            }
        }

        @Test(arguments: StoreKind.all)
        func newsAreToldOnce(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let first = try #require(try await store.news(of: key.runID, since: RunCursor(), limit: 10))
                #expect(first.states.map(\.type) == [.scheduled, .pending])
                #expect(first.records.isEmpty)
                let report = AttemptReport(
                    token: "", records: [Sample.line(1), Sample.line(2), Sample.line(3)],
                    state: Sample.state(.running, at: 2))
                _ = try await store.apply(report, to: key, at: 2)
                let second = try #require(try await store.news(of: key.runID, since: first.cursor, limit: 2))
                #expect(second.states.map(\.type) == [.running])
                #expect(second.records.map(\.sequence) == [1, 2])
                #expect(second.hasMore)
                let third = try #require(try await store.news(of: key.runID, since: second.cursor, limit: 2))
                #expect(third.states.isEmpty)
                #expect(third.records.map(\.sequence) == [3])
                #expect(!third.hasMore)
                let nothing = try await store.news(of: .new(), since: RunCursor(), limit: 1)
                #expect(nothing.map(\.cursor) == nil)
            }
        }
    }
}
