import FoundationEssentials
import GRDB
import OrchModel
import OrchStore
import TestSupport
import Testing

@testable import OrchStore

extension StoreConformance {
    /// Space really comes back.
    struct StoreSpaceTests {
        private typealias Retention = StoreRetentionTests

        private func fill(_ store: any Store) async throws {
            let key = try await store.claimedRun()
            // Nothing that could be packed to much less.
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
            var random = SystemRandomNumberGenerator()
            for batch in 0..<8 {
                let records = (1...500).map { number in
                    let bytes = (0..<180).flatMap { _ in
                        let bits = random.next() as UInt64
                        return (UInt64(0)..<10).map { letters[Int(bits >> ($0 * 6) & 63)] }
                    }
                    return Sample.line(Int64(batch * 500 + number), String(decoding: bytes, as: UTF8.self))
                }
                _ = try await store.apply(AttemptReport(token: "", records: records), to: key, at: 2)
            }
            _ = try await store.apply(
                AttemptReport(token: "", state: Sample.state(.completed, at: 3)), to: key, at: 3)
        }

        private func removeAll(_ store: any Store) async throws -> Int64 {
            var policy = Retention.keepsAll
            policy.runSeconds = 1
            #expect(try await Retention.pass(policy, at: 100, store).removed.runsByAge == 1)
            var freed: Int64 = 0
            while true {
                let step = try await store.giveBackSpace()
                freed += step.bytes
                guard step.hasMore else { return freed }
                #expect(step.bytes <= 2 << 20)
            }
        }

        private func size(_ path: String) throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (attributes[.size] as? Int) ?? Int(attributes[.size] as? UInt64 ?? 0)
        }

        @Test func theSQLiteFileAndItsLogShrink() async throws {
            try await StoreFolder.with { folder in
                let path = "\(folder)/orch.sqlite"
                let store = try await RelationalStore.openSQLite(path: path)
                try await fill(store)
                let before = try size(path) + size(path + "-wal")
                #expect(before > 4 << 20)
                let freed = try await removeAll(store)
                #expect(freed > 4 << 20)
                #expect(try size(path) < 1 << 20)
                #expect(try size(path + "-wal") == 0)
                #expect(try await store.problems() == [])
                try await store.close()
            }
        }

        /// Makes a database as an older orch would have left it.
        private func makeOld(_ path: String) async throws {
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "CREATE TABLE old (content BLOB)") }
            #expect(try await queue.read { try Int.fetchOne($0, sql: "PRAGMA auto_vacuum") } == 0)
            try queue.close()
        }

        private func mode(_ path: String) async throws -> Int? {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try await queue.read { try Int.fetchOne($0, sql: "PRAGMA auto_vacuum") }
        }

        @Test func aSmallDatabaseOfAnOlderOrchShrinksToo() async throws {
            try await StoreFolder.with { folder in
                let path = "\(folder)/orch.sqlite"
                try await makeOld(path)
                let store = try await RelationalStore.openSQLite(path: path)
                try await fill(store)
                #expect(try await removeAll(store) > 4 << 20)
                #expect(try size(path) < 1 << 20)
                try await store.close()
                #expect(try await mode(path) == 2)
            }
        }

        @Test func aDatabaseIsCompacted() async throws {
            try await StoreFolder.with { folder in
                let path = "\(folder)/orch.sqlite"
                try await makeOld(path)
                let queue = try DatabaseQueue(path: path)
                try await queue.write { db in
                    try db.execute(sql: "INSERT INTO old VALUES (zeroblob(3000000))")
                    try db.execute(sql: "DELETE FROM old")
                }
                try queue.close()
                let (before, after) = try await RelationalStore.compactSQLite(path)
                #expect(before > 3_000_000 && after < 100_000)
                #expect(try size(path) == Int(after))
                #expect(try await mode(path) == 2)
            }
        }

        @Test func whatIsFreeAtTheEndOfAPostgresTableIsCutOff() async throws {
            // A database of its own: what transactions of other tests may still see would stay.
            let cluster = try #require(PostgresCluster.current)
            let name = "space_" + "\(Identifier.new())".filter { $0 != "-" }
            _ = try cluster.psql("CREATE DATABASE \(name)")
            let store = try await RelationalStore.openPostgres(url: cluster.url(database: name), connections: 2)
            try await fill(store)
            func tableSize() throws -> Int {
                let text = try cluster.psql(
                    "SELECT coalesce(sum(pg_total_relation_size(relid)), 0) FROM pg_partition_tree('log_segment')",
                    database: name)
                return try #require(Int(text.filter(\.isNumber)))
            }
            let before = try tableSize()
            let freed = try await removeAll(store)
            let after = try tableSize()
            #expect(before > 400_000 && after < before / 2, "\(before) to \(after)")
            #expect(freed > 0)
            try await store.close()
        }
    }
}
