import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite(
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"), .timeLimit(.minutes(10)),
    .postgresCluster)
struct PostgresConnectionTests {
    private func cluster() throws -> PostgresCluster {
        try #require(PostgresCluster.current)
    }

    private func local(database: String = "postgres") throws -> PostgresConfiguration {
        let cluster = try cluster()
        return PostgresConfiguration(host: cluster.folder, port: cluster.port, user: "postgres", database: database)
    }

    private func overTCP(password: PostgresPassword?, database: String = "postgres") throws -> PostgresConfiguration {
        PostgresConfiguration(
            host: "127.0.0.1", port: try cluster().port, user: "postgres", password: password, database: database
        )
    }

    @Test func queriesWithParametersAndNulls() async throws {
        try await PostgresConnection.with(try local()) { connection in
            let result = try await connection.query(
                "SELECT $1::text AS word, $2::int + 1 AS number, NULL AS nothing", ["it's \"é\"", "41"]
            )
            #expect(result.columns == ["word", "number", "nothing"])
            #expect(result.rows == [["it's \"é\"", "42", nil]])
            #expect(try await connection.query("SELECT $1::text", [nil]).rows == [[nil]])
        }
    }

    @Test func runsSeveralStatementsAndReturnsTheLast() async throws {
        try await PostgresConnection.with(try local()) { connection in
            let result = try await connection.query("CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1), (2)")
            #expect(result.affectedRows == 2)
            #expect(result.command == "INSERT 0 2")
        }
    }

    @Test func aPipelineAnswersWithItsLastStatement() async throws {
        try await PostgresConnection.with(try local()) { connection in
            let rows = try await connection.perform("a pipeline") { statements in
                try statements.run("CREATE TEMP TABLE p (a int, b bytea)")
                return try statements.pipeline([
                    PipelinedStatement("BEGIN"),
                    PipelinedStatement("INSERT INTO p VALUES ($1::int, $2)", [.integer(1), .bytes([0, 255])]),
                    // More than the socket's buffers hold: sending has to read meanwhile.
                    PipelinedStatement("SELECT repeat('x', 20000000)"),
                    PipelinedStatement("INSERT INTO p VALUES (2, $1)", [.bytes([UInt8](repeating: 7, count: 8 << 20))]),
                    PipelinedStatement("COMMIT"),
                    PipelinedStatement("SELECT a, length(b) FROM p ORDER BY a"),
                ])
            }
            #expect(rows.columns == ["a", "length"])
            #expect(rows.rows == [[.integer(1), .integer(2)], [.integer(2), .integer(8 << 20)]])
        }
    }

    @Test func aPipelineStopsAtTheFirstErrorAndLeavesTheConnectionUsable() async throws {
        try await PostgresConnection.with(try local()) { connection in
            let outcome = try await connection.perform("a pipeline") { statements in
                try statements.run("CREATE TEMP TABLE q (a int PRIMARY KEY)")
                let insert = PipelinedStatement("INSERT INTO q VALUES ($1::int)", [.integer(1)])
                let error = #expect(throws: PostgresError.self) {
                    try statements.pipeline([PipelinedStatement("BEGIN"), insert, insert, PipelinedStatement("COMMIT")])
                }
                guard case .server(let refusal)? = error else { return "no refusal" }
                // The transaction has begun and failed.
                try statements.run("ROLLBACK")
                let count = try statements.execute("SELECT count(*) FROM q").rows
                return count == [[.integer(0)]] ? refusal.sqlState : "kept something"
            }
            #expect(outcome == "23505")
        }
    }

    @Test func aPipelineIsStoppedWithItsTask() async throws {
        try await PostgresConnection.with(try local()) { connection in
            let task = Task {
                try await connection.perform("a pipeline") { statements in
                    try statements.pipeline([PipelinedStatement("SELECT pg_sleep(60)"), PipelinedStatement("SELECT 1")])
                }
            }
            let sleeping = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%'"
            try await PostgresConnection.with(try local()) { other in
                while try await other.query(sleeping).rows.isEmpty { try? await Task.sleep(for: .milliseconds(1)) }
            }
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            guard case .cancelled("SELECT pg_sleep(60)")? = error else {
                Issue.record("expected the sleep to be cancelled, got \(String(describing: error))")
                return
            }
            #expect(try await connection.query("SELECT 1").firstValue == "1")
        }
    }

    @Test func connectsByURLWithAPassword() async throws {
        let cluster = try cluster()
        let url = "postgresql://postgres:s3cret%2Fpass%20word@127.0.0.1:\(cluster.port)/postgres"
        try await PostgresConnection.with(try PostgresConfiguration(url: url)) { connection in
            let user = try await connection.query("SELECT current_user").firstValue
            #expect(user == "postgres")
        }
    }

    @Test func keepsTheServersWords() async throws {
        try await PostgresConnection.with(try local()) { connection in
            try await connection.query("CREATE TEMP TABLE u (a int PRIMARY KEY, b text)")
            try await connection.query("INSERT INTO u VALUES ($1::int, $2)", ["1", "x"])
            let sql = "INSERT INTO u VALUES ($1::int, $2)"
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query(sql, ["1", "private value"])
            }
            guard case .server(let refusal) = error else { Issue.record("got \(String(describing: error))"); return }
            #expect(refusal.sqlState == "23505")
            #expect(refusal.message == "duplicate key value violates unique constraint \"u_pkey\"")
            #expect(refusal.detail == "Key (a)=(1) already exists.")
            #expect(refusal.statement == sql)
            #expect(!refusal.description.contains("private value"))
            // The connection goes on.
            #expect(try await connection.query("SELECT 1").firstValue == "1")
        }
    }

    @Test func tellsAuthenticationApart() async throws {
        for password in [PostgresPassword("wrong-secret"), nil] {
            let configuration = try overTCP(password: password)
            let error = await #expect(throws: PostgresError.self) {
                _ = try await PostgresConnection.connect(configuration)
            }
            guard case .authenticationFailed(user: "postgres", configuration.address, _) = error else {
                Issue.record("got \(String(describing: error))")
                continue
            }
            #expect(error?.description.contains("wrong-secret") == false)
            #expect(error?.isTransient == false)
        }
    }

    @Test func tellsAnUnknownDatabaseApart() async throws {
        let configuration = try local(database: "nowhere")
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.connect(configuration)
        }
        guard case .unknownDatabase(name: "nowhere", _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(error?.description.contains("createdb nowhere") == true)
    }

    @Test func copiesChunksOfAnySize() async throws {
        try await PostgresConnection.with(try local()) { connection in
            try await connection.query("CREATE TEMP TABLE c (a int, b text)")
            var chunks = [Array("1,on".utf8), Array("e\n2,two\n".utf8), [], Array("3,three".utf8)]
            let big = (4..<100_004).map { "\($0),row \($0)\n" }.joined()
            chunks += [Array("\n".utf8), Array(big.utf8)]
            let rest = Mutex(chunks[...])
            let count = try await connection.copyIn("COPY c FROM STDIN (FORMAT csv)") {
                rest.withLock { $0.popFirst() }
            }
            #expect(count == 100_003)
            #expect(try await connection.query("SELECT count(*), sum(a) FROM c").rows == [["100003", "5000350006"]])
        }
    }

    @Test func abandonsACopyWhoseSourceFails() async throws {
        struct Broken: Error {}
        try await PostgresConnection.with(try local()) { connection in
            try await connection.query("CREATE TEMP TABLE d (a int)")
            let isFirst = Atomic(true)
            let error = await #expect(throws: PostgresError.self) {
                _ = try await connection.copyIn("COPY d FROM STDIN") {
                    guard isFirst.exchange(false, ordering: .relaxed) else { throw Broken() }
                    return Array("1\n2\n".utf8)
                }
            }
            guard case .copySource(let cause) = error, cause is Broken else {
                Issue.record("got \(String(describing: error))")
                return
            }
            #expect(try await connection.query("SELECT count(*) FROM d").firstValue == "0")
        }
    }

    @Test func namesTheLineOfABadCopy() async throws {
        try await PostgresConnection.with(try local()) { connection in
            try await connection.query("CREATE TEMP TABLE e (a int)")
            let chunks = Mutex([Array("1\nx\n".utf8)][...])
            let error = await #expect(throws: PostgresError.self) {
                _ = try await connection.copyIn("COPY e FROM STDIN") { chunks.withLock { $0.popFirst() } }
            }
            guard case .server(let refusal) = error else { Issue.record("got \(String(describing: error))"); return }
            #expect(refusal.sqlState == "22P02")
            #expect(refusal.context == "COPY e, line 2, column a: \"x\"")
            #expect(try await connection.query("SELECT 1").firstValue == "1")
        }
    }

    @Test func refusesACopyWhereNoneWasAsked() async throws {
        try await PostgresConnection.with(try local()) { connection in
            try await connection.query("CREATE TEMP TABLE f (a int)")
            for sql in ["COPY f FROM STDIN"] {
                let error = await #expect(throws: PostgresError.self) { try await connection.query(sql) }
                guard case .unexpectedAnswer = error else { Issue.record("got \(String(describing: error))"); continue }
            }
            let error = await #expect(throws: PostgresError.self) {
                _ = try await connection.copyIn("SELECT 1") { nil }
            }
            guard case .unexpectedAnswer = error else { Issue.record("got \(String(describing: error))"); return }
            #expect(try await connection.query("SELECT 1").firstValue == "1")
        }
    }

    @Test func cancellingTheTaskStopsTheStatement() async throws {
        let configuration = try local()
        try await PostgresConnection.with(configuration) { watcher in
            try await PostgresConnection.with(configuration) { connection in
                let pid = try await connection.query("SELECT pg_backend_pid()").firstValue
                let query = Task { try await connection.query("SELECT pg_sleep(600)") }
                try await waitFor("SELECT state = 'active' FROM pg_stat_activity WHERE pid = $1::int", pid, watcher)
                query.cancel()
                let error = await #expect(throws: PostgresError.self) { try await query.value }
                guard case .cancelled(statement: "SELECT pg_sleep(600)") = error else {
                    Issue.record("got \(String(describing: error))")
                    return
                }
                #expect(try await connection.query("SELECT 1").firstValue == "1")
            }
        }
    }

    @Test func cancellingComesToAnEndWhenTheServerDoesNotReact() async throws {
        var configuration = try local()
        configuration.cancelGrace = .milliseconds(200)
        try await PostgresConnection.with(try local()) { watcher in
            let connection = try await PostgresConnection.connect(configuration)
            let backend = try await connection.query("SELECT pg_backend_pid()").firstValue
            let pid = try #require(backend.flatMap { pid_t($0) })
            let query = Task { try await connection.query("SELECT pg_sleep(600)") }
            try await waitFor("SELECT state = 'active' FROM pg_stat_activity WHERE pid = $1::int", backend, watcher)
            #expect(kill(pid, SIGSTOP) == 0)
            defer { kill(pid, SIGCONT) }
            query.cancel()
            let error = await #expect(throws: PostgresError.self) { try await query.value }
            guard case .cancelled = error else { Issue.record("got \(String(describing: error))"); return }
            // What became of the statement is unknown, so the connection is of no more use.
            let next = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
            guard case .closed = next else { Issue.record("got \(String(describing: next))"); return }
        }
    }

    @Test func cancellingTheTaskAbandonsACopy() async throws {
        try await PostgresConnection.with(try local()) { connection in
            try await connection.query("CREATE TEMP TABLE g (a text)")
            let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000) + [UInt8(ascii: "\n")]
            let (sent, signal) = AsyncStream.makeStream(of: Void.self)
            let copy = Task {
                try await connection.copyIn("COPY g FROM STDIN") {
                    signal.yield()
                    return chunk
                }
            }
            for await _ in sent { break }
            copy.cancel()
            let error = await #expect(throws: PostgresError.self) { _ = try await copy.value }
            guard case .cancelled = error else { Issue.record("got \(String(describing: error))"); return }
            #expect(try await connection.query("SELECT count(*) FROM g").firstValue == "0")
        }
    }

    @Test func runsOneStatementAtATime() async throws {
        let configuration = try local()
        try await PostgresConnection.with(configuration) { watcher in
            try await PostgresConnection.with(configuration) { connection in
                let pid = try await connection.query("SELECT pg_backend_pid()").firstValue
                let query = Task { try await connection.query("SELECT pg_sleep(600)") }
                try await waitFor("SELECT state = 'active' FROM pg_stat_activity WHERE pid = $1::int", pid, watcher)
                let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
                guard case .busy(statement: "SELECT 1") = error else {
                    Issue.record("got \(String(describing: error))")
                    return
                }
                query.cancel()
                _ = await query.result
            }
        }
    }

    @Test func tellsWhenTheConnectionBreaks() async throws {
        let configuration = try local()
        try await PostgresConnection.with(configuration) { killer in
            try await PostgresConnection.with(configuration) { connection in
                let pid = try await connection.query("SELECT pg_backend_pid()").firstValue
                try await killer.query("SELECT pg_terminate_backend($1::int, 10000)", [pid])
                let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
                #expect(error?.isTransient == true)
                let next = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
                guard case .closed = next else { Issue.record("got \(String(describing: next))"); return }
            }
        }
    }

    @Test func closesForCertain() async throws {
        let configuration = try local()
        try await PostgresConnection.with(configuration) { watcher in
            var pids: [String?] = []
            for isExplicit in [true, false] {
                let connection = try await PostgresConnection.connect(configuration)
                pids.append(try await connection.query("SELECT pg_backend_pid()").firstValue)
                if isExplicit {
                    await connection.close()
                    await connection.close()
                    await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
                }
            }
            for pid in pids {
                try await waitFor("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $1::int", pid, watcher)
            }
        }
    }

    @Test func rollsBackWhatThrows() async throws {
        struct Stop: Error {}
        try await PostgresConnection.with(try local()) { connection in
            try await connection.query("CREATE TEMP TABLE h (a int)")
            await #expect(throws: Stop.self) {
                try await connection.transaction {
                    try await connection.query("INSERT INTO h VALUES (1)")
                    throw Stop()
                }
            }
            try await connection.transaction { try await connection.query("INSERT INTO h VALUES (2)") }
            #expect(try await connection.query("SELECT a FROM h").rows == [["2"]])
        }
    }

    @Test(arguments: ["plain", "two words", "quo\"te", "apo'strophe", "back\\slash", "é;--"])
    func quotesNamesAndTexts(text: String) async throws {
        try await PostgresConnection.with(try local()) { connection in
            let sql = "SELECT \(PostgresConnection.quoted(literal: text)) AS \(PostgresConnection.quoted(text))"
            let result = try await connection.query(sql)
            #expect(result.columns == [text])
            #expect(result.rows == [[text]])
        }
    }

    /// Asks until the answer is `t`; each question is a round trip, and the suite's time limit ends it.
    private func waitFor(_ sql: String, _ parameter: String?, _ connection: PostgresConnection) async throws {
        while try await connection.query(sql, [parameter]).firstValue != "t" {
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
}
