import OrchModel
import OrchStore
import Postgres
import TestSupport
import Testing

@testable import OrchStore

extension StoreConformance {
    struct PostgresStoreTests {
        @Test func severalControllersStartAtOnceOnOneDatabase() async throws {
            let schema = try StoreSchemaOfTest()
            let stores = try await withThrowingTaskGroup(of: RelationalStore.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await RelationalStore.openPostgres(url: schema.url, connections: 2) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(stores.map { $0.instance() }).count == 1)
            for store in stores { try await store.close() }
        }

        @Test func twoControllersGiveAThousandRunsToTwoAgentsOnceEach() async throws {
            let schema = try StoreSchemaOfTest()
            let stores = [
                try await RelationalStore.openPostgres(url: schema.url, connections: 4),
                try await RelationalStore.openPostgres(url: schema.url, connections: 4),
            ]
            try await withThrowingTaskGroup { group in
                for index in 0..<1000 {
                    group.addTask { try await stores[index % 2].createRun(Sample.run("run-\(index)")) }
                }
                try await group.waitForAll()
            }
            let claimed = try await withThrowingTaskGroup(of: [AttemptKey].self) { group in
                for claimer in 0..<4 {
                    group.addTask {
                        var keys: [AttemptKey] = []
                        while true {
                            let claims = try await stores[claimer % 2].claim(Sample.claim("a\(claimer / 2)", limit: 7))
                            guard !claims.isEmpty else { return keys }
                            keys += claims.map(\.key)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 1000)
            #expect(Set(claimed.map(\.runID)).count == 1000)
            #expect(claimed.allSatisfy { $0.attempt == 1 })
            for store in stores { try await store.close() }
        }

        @Test func connectionsThatTheServerEndedAreReplaced() async throws {
            let schema = try StoreSchemaOfTest()
            let store = try await RelationalStore.openPostgres(
                url: "\(schema.url)&application_name=\(schema.name)", connections: 4)
            try await withThrowingTaskGroup { group in
                for index in 0..<20 { group.addTask { _ = try await store.claim(Sample.claim("a\(index)")) } }
                try await group.waitForAll()
            }
            try await store.createRun(Sample.run("before"))
            let ended = try schema.cluster.psql(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '\(schema.name)'
                """)
            #expect(ended != "0")
            try await store.createRun(Sample.run("after"))
            #expect(try await store.runs(matching: RunQuery()).map(\.name) == ["after", "before"])
            try await store.close()
        }

        @Test func aServerThatIsAwayIsSaidToBe() async throws {
            let port = try FreePort.find()
            let url = "postgresql://orch:s3cret@127.0.0.1:\(port)/orch"
            await #expect {
                _ = try await RelationalStore.openPostgres(url: url)
            } throws: { error in
                guard case .unavailable? = error as? StoreError else { return false }
                return !"\(error)".contains("s3cret") && "\(error)".contains("127.0.0.1:\(port)")
            }
        }

        @Test func refusesADatabaseOfANewerOrch() async throws {
            let schema = try StoreSchemaOfTest()
            try await RelationalStore.openPostgres(url: schema.url).close()
            _ = try schema.cluster.psql("INSERT INTO \(schema.name).orch_migration VALUES ('9-from-the-future')")
            await #expect {
                _ = try await RelationalStore.openPostgres(url: schema.url)
            } throws: { error in
                guard case .newerSchema(_, ["9-from-the-future"])? = error as? StoreError else { return false }
                return true
            }
        }

        @Test func aTextWithNULIsKeptWithItsPicture() async throws {
            let schema = try StoreSchemaOfTest()
            let store = try await RelationalStore.openPostgres(url: schema.url)
            let key = try await store.claimedRun()
            let state = RunState(.failed, message: "a\u{0}b", at: Sample.at(3), actor: "agent a1")
            _ = try await store.apply(AttemptReport(token: "", state: state), to: key, at: 3)
            #expect(try await store.run(key.runID)?.state.message == "a\u{2400}b")
            try await store.close()
        }

        @Test(arguments: [
            ("SELECT ?", "SELECT $1"), ("a = ? AND b = ?", "a = $1 AND b = $2"),
            ("a = ?2 AND b = ?1", "a = $2 AND b = $1"),
            ("(?, ?)", "($1, $2)"), ("x < ?12 || 'g'", "x < $12 || 'g'"), ("no marks", "no marks"),
        ])
        func placeholdersAreNumbered(sql: String, expected: String) {
            #expect(PostgresSession.numbered(sql) == expected)
        }
    }
}

struct AnnouncementTests {
    @Test func textsSharePayloadsThatTheServerTakes() {
        let texts = (0..<2000).map { "run \($0)" } + [String(repeating: "x", count: 9000)]
        let payloads = PostgresDatabase.payloads(texts)
        #expect(payloads.allSatisfy { $0.utf8.count <= 7_900 })
        #expect(payloads.flatMap { $0.split(separator: "\n").map(String.init) } == Array(texts.dropLast()))
        #expect(PostgresDatabase.payloads([]).isEmpty)
    }
}
