import FoundationEssentials
import GRDB
import OrchModel
import Testing

@testable import OrchStore

struct SQLiteStoreTests {
    @Test func keepsItsIdentityAndContentOverARestart() async throws {
        try await StoreFolder.with { folder in
            let path = "\(folder)/orch.sqlite"
            let first = try await RelationalStore.openSQLite(path: path)
            let draft = Sample.run()
            try await first.createRun(draft)
            try await first.close()
            let second = try await RelationalStore.openSQLite(path: path)
            #expect(second.instance() == first.instance())
            #expect(try await second.run(draft.run.id) == draft.run)
            try await second.close()
        }
    }

    @Test func refusesADatabaseOfANewerOrch() async throws {
        try await StoreFolder.with { folder in
            let path = "\(folder)/orch.sqlite"
            try await RelationalStore.openSQLite(path: path).close()
            let queue = try DatabaseQueue(path: path)
            try await queue.write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9-from-the-future')")
            }
            try queue.close()
            await #expect(throws: StoreError.newerSchema(path: path, unknown: ["9-from-the-future"])) {
                _ = try await RelationalStore.openSQLite(path: path)
            }
            #expect(
                "\(StoreError.newerSchema(path: "x.sqlite", unknown: ["9-a"]))"
                    == "the database x.sqlite was written by a newer orch (it has 9-a): run that version, or restore a "
                    + "backup made before the upgrade")
        }
    }

    @Test func refusesAFileThatIsNoDatabase() async throws {
        try await StoreFolder.with { folder in
            let path = "\(folder)/orch.sqlite"
            try Data(repeating: 65, count: 8192).write(to: URL(filePath: path))
            await #expect {
                _ = try await RelationalStore.openSQLite(path: path)
            } throws: { error in
                guard case .damaged(path, _)? = error as? StoreError else { return false }
                return true
            }
        }
    }

    @Test func aValueThatItCannotReadIsToldNotGuessed() async throws {
        try await StoreFolder.with { folder in
            let path = "\(folder)/orch.sqlite"
            let store = try await RelationalStore.openSQLite(path: path)
            let draft = Sample.run()
            try await store.createRun(draft)
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "UPDATE flow_run SET state_type = 'LOST'") }
            try queue.close()
            await #expect(throws: StoreError.corrupt(table: "flow_run", column: "state_type", value: "LOST")) {
                _ = try await store.run(draft.run.id)
            }
            try await store.close()
        }
    }

    @Test func writesAheadAndWaitsForLocks() async throws {
        try await StoreFolder.with { folder in
            let path = "\(folder)/orch.sqlite"
            let store = try await RelationalStore.openSQLite(path: path)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            #expect(try await queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
            // Another process holds the write lock for a moment: the store waits for it.
            try await queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            async let created = store.createRun(Sample.run())
            try await queue.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            #expect(try await created == nil)
            #expect(try await store.runs(matching: RunQuery()).count == 1)
            try queue.close()
            try await store.close()
        }
    }

    /// A full disk: the report is refused whole, and kept whole when it comes again.
    @Test func aReportThatFindsNoRoomIsKeptWhenThereIsSome() async throws {
        try await StoreFolder.with { folder in
            let path = "\(folder)/orch.sqlite"
            let store = try await RelationalStore.openSQLite(path: path)
            let key = try await store.claimedRun()
            var random = SystemRandomNumberGenerator()
            let records = (Int64(1)...2000).map { number in
                Sample.line(number, (0..<40).map { _ in "\(random.next())" }.joined(), source: .stdout)
            }
            let report = AttemptReport(token: "", records: records, metrics: ["rows": 1])
            func setPages(_ count: Int) async throws {
                _ = try await store.write { try $0.rows("PRAGMA max_page_count = \(count)") }
            }
            try await setPages(1)
            await #expect(throws: StoreError.full(path: path)) { _ = try await store.apply(report, to: key, at: 2) }
            #expect(try await store.logs(of: key.runID, matching: LogQuery()).records.isEmpty)
            #expect(try await store.run(key.runID)?.metrics == [:])
            try await setPages(1_000_000)
            for _ in 1...2 { _ = try await store.apply(report, to: key, at: 3) }
            let kept = try await store.logs(of: key.runID, matching: LogQuery(limit: 10_000)).records
            #expect(kept.map(\.message) == records.map(\.message))
            try await store.close()
        }
    }
}
