import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreLogFilterTests {
        private func record(_ sequence: Int64, _ message: String, at seconds: Double) -> LogRecord {
            LogRecord(
                attempt: 1, source: .flow, sequence: sequence, at: Sample.at(seconds),
                level: sequence.isMultiple(of: 2) ? .warning : .info, message: message)
        }

        @Test(arguments: StoreKind.all)
        func timeTextAndEndNarrowALog(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let messages = ["10 rows", "žluťoučký 100 % rows", "a\u{0}b_c", "ROWS", "last rows"]
                let records = messages.enumerated().map {
                    record(Int64($0.offset + 1), $0.element, at: Double($0.offset))
                }
                _ = try await store.apply(AttemptReport(token: "", records: records), to: key, at: 2)
                func found(_ query: LogQuery) async throws -> [Int64] {
                    try await store.logs(of: key.runID, matching: query).records.map(\.sequence)
                }
                #expect(try await found(LogQuery(containing: "rows")) == [1, 2, 5])
                #expect(try await found(LogQuery(containing: "100 %")) == [2])
                #expect(try await found(LogQuery(containing: "b_")) == [3])
                #expect(try await found(LogQuery(containing: "ťouč")) == [2])
                #expect(try await found(LogQuery(since: Sample.at(3))) == [4, 5])
                #expect(try await found(LogQuery(limit: 2, isTail: true)) == [4, 5])
                #expect(try await found(LogQuery(limit: 2, containing: "rows", isTail: true)) == [2, 5])
                #expect(
                    try await found(LogQuery(limit: 9, level: .warning, since: Sample.at(1), containing: "ROWS"))
                        == [4])
                #expect(try await store.logs(of: key.runID, matching: LogQuery(limit: 2, isTail: true)).next == nil)
            }
        }
    }
}
