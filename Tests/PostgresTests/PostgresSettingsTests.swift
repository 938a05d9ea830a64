import Foundation
import TestSupport
import Testing

@testable import Postgres

/// The ways in which a connection can be described, against a server.
@Suite(
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"), .timeLimit(.minutes(10)),
    .postgresCluster)
struct PostgresSettingsTests {
    private struct Unexpected: Error { let what: String }

    private func cluster() throws -> PostgresCluster { try #require(PostgresCluster.current) }

    private static func first(_ sql: String, _ url: String) async throws -> String? {
        try await PostgresConnection.with(try PostgresConfiguration(url: url)) { connection in
            try await connection.query(sql).firstValue
        }
    }

    @Test func connectsByKeywords() async throws {
        let cluster = try cluster()
        let text = "host=\(cluster.folder) port=\(cluster.port) user=postgres dbname='postgres' application_name='a b'"
        #expect(try await Self.first("SELECT current_setting('application_name')", text) == "a b")
    }

    @Test func takesOptionsAndPasswordFiles() async throws {
        let (cluster, folder) = (try cluster(), try TemporaryFolder())
        let file = try folder.write("127.0.0.1:\(cluster.port):*:postgres:s3cret/pass word\n", as: "pgpass")
        // libpq passes over a file that others may read.
        chmod(file, 0o600)
        let url =
            "postgresql://postgres@127.0.0.1:\(cluster.port)/postgres?passfile=\(file)&options=-csearch_path%3Dapp"
        #expect(try await Self.first("SHOW search_path", url) == "app")
    }

    /// libpq 15 finds the file by the environment alone, which belongs to a whole process: this runs in one of its own.
    @Test func findsServices() async throws {
        let (cluster, folder) = (try cluster(), try TemporaryFolder())
        let service = "[taxis]\nhost=\(cluster.folder)\nport=\(cluster.port)\nuser=postgres\ndbname=postgres\n"
        let file = try folder.write(service, as: "services.conf")
        await #expect(processExitsWith: .success) { [file = file as String] in
            setenv("PGSERVICEFILE", file, 1)
            let database = "SELECT current_database()"
            let found = [
                try await Self.first(database, "service=taxis"),
                try await Self.first(database, "postgresql:///template1?service=taxis"),
            ]
            guard found == ["postgres", "template1"] else { throw Unexpected(what: "\(found)") }
            do {
                throw Unexpected(what: "\(try await Self.first("SELECT 1", "service=nothing") ?? "NULL")")
            } catch PostgresError.connectFailed(address: "service nothing", _, let message) {
                guard message.contains("nothing") else { throw Unexpected(what: message) }
            }
        }
    }

    /// The server's own certificate is its authority's: what counts is which names and authorities a client accepts.
    @Test func obeysEachSSLMode() async throws {
        let cluster = try cluster()
        // The server makes the key itself, as it must belong to the server's user.
        let (key, certificate) = ("\(cluster.folder)/server.key", "\(cluster.folder)/server.crt")
        let request =
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
            + "-addext subjectAltName=DNS:localhost -keyout \(key) -out \(certificate) 2>/dev/null"
        _ = try cluster.psql("COPY (SELECT 1) TO PROGRAM '\(request)'")
        _ = try cluster.psql("ALTER SYSTEM SET ssl_key_file = '\(key)'")
        _ = try cluster.psql("ALTER SYSTEM SET ssl_cert_file = '\(certificate)'")
        _ = try cluster.psql("ALTER SYSTEM SET ssl = on")
        _ = try cluster.psql("SELECT pg_reload_conf()")
        while try cluster.psql("SHOW ssl") != "on" { try? await Task.sleep(for: .milliseconds(1)) }
        let folder = try TemporaryFolder()
        let other = try folder.write("", as: "other.crt")
        let root = try folder.write(
            try cluster.psql("SELECT pg_read_file('\(certificate)')") + "\n", as: "root.crt")
        let cases: [(host: String, settings: String, isEncrypted: String?)] = [
            ("localhost", "sslmode=disable", "f"), ("localhost", "sslmode=allow", "f"),
            ("localhost", "sslmode=prefer", "t"), ("localhost", "sslmode=require", "t"),
            ("localhost", "sslmode=verify-ca&sslrootcert=\(root)", "t"),
            ("localhost", "sslmode=verify-full&sslrootcert=\(root)", "t"),
            ("127.0.0.1", "sslmode=verify-ca&sslrootcert=\(root)", "t"),
            ("127.0.0.1", "sslmode=verify-full&sslrootcert=\(root)", nil),
            ("localhost", "sslmode=verify-ca&sslrootcert=\(other)", nil),
            ("localhost", "sslmode=verify-full&sslrootcert=\(folder.path)/none", nil),
            ("localhost", "sslmode=nonsense", nil),
        ]
        for (host, settings, isEncrypted) in cases {
            let url =
                "postgresql://postgres:s3cret%2Fpass%20word@\(host):\(cluster.port)/postgres?hostaddr=127.0.0.1&\(settings)"
            let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            if let isEncrypted {
                #expect(try await Self.first(sql, url) == isEncrypted, "\(host) \(settings)")
            } else {
                let error = await #expect(throws: PostgresError.self) { _ = try await Self.first(sql, url) }
                guard case .connectFailed = error else {
                    Issue.record("\(host) \(settings): got \(String(describing: error))")
                    continue
                }
                #expect(error?.description.contains("s3cret") == false)
            }
        }
    }
}
