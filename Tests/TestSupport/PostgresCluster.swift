import Foundation
package import Testing

/// A private PostgreSQL server in a temporary folder: its own port, its own socket, gone after the suite.
package struct PostgresCluster: Sendable {
    /// The cluster of the running suite.
    @TaskLocal package static var current: PostgresCluster?

    package let folder: String
    package let port: Int
    /// The superuser's password over TCP; over the socket none is asked for.
    package var password: String { Self.secret }
    private static let secret = "s3cret/pass word"

    private static let binaries: String? = {
        let environment = ProcessInfo.processInfo.environment
        let debian = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let folders =
            [environment["ORCH_TEST_POSTGRES_BIN"]].compactMap(\.self)
            + debian.sorted().reversed().map { "/usr/lib/postgresql/\($0)/bin" }
            + (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return folders.first { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
    }()

    /// Whether suites that need a server can run. In CI they must: there the lack of binaries fails them.
    package static var isAvailable: Bool {
        binaries != nil || ProcessInfo.processInfo.environment["CI"] != nil
    }

    package static func start() async throws -> PostgresCluster {
        let binaries = try #require(binaries, "no PostgreSQL binaries found; set ORCH_TEST_POSTGRES_BIN")
        let folder = "/tmp/orch-pg-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try Data(secret.utf8).write(to: URL(fileURLWithPath: "\(folder)/password"))
        if getuid() == 0 { try run("chown", "-R", "postgres", folder) }
        try asPostgres(
            "\(binaries)/initdb", "-D", "\(folder)/data", "-U", "postgres", "--no-sync", "--encoding=UTF8",
            "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile=\(folder)/password"
        )
        let port = try await FreePort.trying { port in
            let log = "\(folder)/log-\(port)"
            do {
                try asPostgres(
                    "\(binaries)/pg_ctl", "-D", "\(folder)/data", "-w", "-t", "300", "-l", log, "start", "-o",
                    "-p \(port) -k \(folder) -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=400"
                )
            } catch {
                let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                throw said.contains("could not bind") ? FreePort.Taken(port: port) : error
            }
            return port
        }
        return PostgresCluster(folder: folder, port: port)
    }

    /// The URL of a database, for our own code and for `psql`.
    package func url(database: String = "postgres") -> String {
        "postgresql://postgres@/\(database)?host=\(folder)&port=\(port)"
    }

    /// What `psql` prints for a query: one line a row, values between `|`.
    package func psql(_ sql: String, database: String = "postgres") throws -> String {
        let ending = try ChildProgram.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url(database: database), "-c", sql])
        // Thrown, not required: one who asks a server that may be down takes the error for an answer.
        guard ending.code == 0 else { throw PsqlFailed(description: "psql failed: \(sql): \(ending.errors)") }
        return String(decoding: ending.output, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    package func stop() throws {
        let binaries = try #require(Self.binaries)
        try Self.asPostgres("\(binaries)/pg_ctl", "-D", "\(folder)/data", "-m", "immediate", "-w", "stop")
        try FileManager.default.removeItem(atPath: folder)
    }

    private static func asPostgres(_ command: String...) throws {
        try run(getuid() == 0 ? ["runuser", "-u", "postgres", "--"] + command : command)
    }

    private static func run(_ command: String...) throws {
        try run(command)
    }

    /// Runs a program to its end. Foundation's `Process` would wait until the
    /// server, which outlives `pg_ctl`, closes the descriptor that it inherits.
    private static func run(_ command: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        let arguments = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var process = pid_t()
        try #require(posix_spawnp(&process, command[0], &actions, nil, arguments, environ) == 0, "no \(command[0])")
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        try #require(status == 0, "\(command.joined(separator: " ")) failed")
    }
}

/// What `psql` says when it ends with another code than 0.
package struct PsqlFailed: Error, CustomStringConvertible {
    package let description: String
}

/// Gives a suite a server of its own.
package struct PostgresClusterTrait: SuiteTrait, TestScoping {
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let cluster = try await PostgresCluster.start()
        do {
            try await PostgresCluster.$current.withValue(cluster) { try await function() }
        } catch {
            try cluster.stop()
            throw error
        }
        try cluster.stop()
    }
}

extension Trait where Self == PostgresClusterTrait {
    package static var postgresCluster: Self { Self() }
}
