import FoundationEssentials
import GRDB
import Glibc
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct DatabaseMaintenanceTests {
    private func maintenance(_ folder: String) -> DatabaseMaintenance {
        DatabaseMaintenance(dataDirectory: folder, databaseURL: nil)
    }

    private func deploy(_ name: String, in controller: Controller) async throws {
        let draft = DeploymentDraft(request: ServerFixture.deployment(name), fingerprint: name)
        _ = try await controller.store.saveDeployment(draft, at: .now())
    }

    private func names(in folder: String) async throws -> [String] {
        let controller = try await ServerFixture.open(folder)
        let names = try await controller.store.deployments().map(\.name)
        try await controller.store.close()
        return names
    }

    @Test func aBackupMadeWhileTheControllerRunsIsRestored() async throws {
        try await TemporaryFolder.with { folder in
            let (data, backup) = ("\(folder)/data", "\(folder)/backup.db")
            do {
                let controller = try await ServerFixture.open(data)
                try await deploy("before", in: controller)
                try await maintenance(data).backUp(to: backup)
                try await deploy("after", in: controller)
                await #expect(throws: OrchServerError.self) {
                    _ = try await maintenance(data).restore(from: backup, at: .now())
                }
                try await controller.store.close()
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["backup.db", "data"])
            let kept = try #require(try await maintenance(data).restore(from: backup, at: .now()))
            #expect(try await names(in: data) == ["before"])
            #expect(FileManager.default.fileExists(atPath: kept))
            #expect(try await maintenance(data).problems().isEmpty)
        }
    }

    @Test func aBackupIsItsOwnersAlone() async throws {
        try await TemporaryFolder.with { folder in
            let (data, backup) = ("\(folder)/data", "\(folder)/backup.db")
            let made = try await names(in: data)
            #expect(made.isEmpty)
            try await maintenance(data).backUp(to: backup)
            #expect(try mode(of: backup) == 0o600)
            // A copy that went through other hands may have a wider mode.
            #expect(chmod(backup, 0o666) == 0)
            _ = try await maintenance(data).restore(from: backup, at: .now())
            for file in try FileManager.default.contentsOfDirectory(atPath: data) where file.hasPrefix("orch.db") {
                if !file.contains("before-restore") { #expect(try mode(of: "\(data)/\(file)") == 0o600) }
            }
        }
    }

    private func mode(of path: String) throws -> UInt32 {
        var facts = stat()
        try #require(stat(path, &facts) == 0)
        return facts.st_mode & 0o777
    }

    @Test func aBackupGoesIntoNoFolderAndBesideNone() async throws {
        try await TemporaryFolder.with { folder in
            let data = "\(folder)/data"
            let made = try await names(in: data)
            #expect(made.isEmpty)
            await #expect(throws: StoreError.folder(path: folder)) { try await maintenance(data).backUp(to: folder) }
            let nowhere = "\(folder)/nowhere/backup.db"
            await #expect(throws: StoreError.unusable(path: nowhere, reason: "No such file or directory")) {
                try await maintenance(data).backUp(to: nowhere)
            }
        }
    }

    @Test func aDatabaseThatCannotBeOpenedIsAProblemOfItsOwn() async throws {
        try await TemporaryFolder.with { folder in
            try Data(String(repeating: "no database", count: 500).utf8).write(to: URL(filePath: "\(folder)/orch.db"))
            let problems = try await maintenance(folder).problems()
            #expect(problems.count == 1 && problems[0].contains("file is not a database"))
            #expect(!problems[0].contains("database check"))
        }
    }

    /// Neither an empty file nor somebody else's database is given our tables, and then called sound.
    @Test(arguments: [nil, "CREATE TABLE store (mine INTEGER)"])
    func aForeignDatabaseIsAProblem(statement: String?) async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/orch.db"
            let database = try DatabaseQueue(path: path)
            try await database.write { try $0.execute(sql: statement ?? "PRAGMA user_version = 1") }
            try database.close()
            let before = try Data(contentsOf: URL(filePath: path))
            let problems = try await maintenance(folder).problems()
            #expect(
                problems == ["the database \(path) holds none of orch's tables: expected one that a controller made"])
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
        }
    }

    @Test func aSchemaThatIsBehindIsAProblemAndStaysBehind() async throws {
        try await TemporaryFolder.with { folder in
            let made = try await names(in: folder)
            #expect(made.isEmpty)
            try await change("DELETE FROM grdb_migrations WHERE identifier LIKE '10-%'", in: folder)
            for _ in 1...2 {
                let problems = try await maintenance(folder).problems()
                #expect(problems.count == 1 && problems[0].contains("orch database migrate"))
            }
        }
    }

    @Test func aMissingKeyAndAnotherOneAreProblems() async throws {
        try await TemporaryFolder.with { folder in
            let made = try await names(in: folder)
            #expect(made.isEmpty)
            let key = "\(folder)/server.key"
            try Data(String(repeating: "ab", count: 32).utf8).write(to: URL(filePath: key))
            let others = try await maintenance(folder).problems()
            #expect(others.count == 1 && others[0].contains("another key than \(key)"))
            try FileManager.default.removeItem(atPath: key)
            let lost = try await maintenance(folder).problems()
            #expect(lost.count == 1 && lost[0].contains("the key \(key) is missing"))
            #expect(!FileManager.default.fileExists(atPath: key))
        }
    }

    @Test func linesThatCannotBeReadAreProblems() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) { report in
                report.records = (1...3).map { ServerFixture.line($0, "line \($0)") }
            }
            #expect(try await maintenance(server.folder).problems().isEmpty)
            try await change(
                "UPDATE log_segment SET content = substr(content, 1, length(content) - 3)", in: server.folder)
            let problems = try await maintenance(server.folder).problems()
            #expect(problems.count == 1)
            let run = claimed.runID
            #expect(problems[0].contains("of attempt 1 of run \(run) cannot be read: "))
        }
    }

    @Test func whatWasFoundInTheDataDirectoryIsTold() async throws {
        try await TemporaryFolder.with { folder in
            let data = "\(folder)/data"
            func remarks() throws -> [String] {
                try DataDirectory(OrchServerConfiguration(dataDirectory: data)).remarks
            }
            #expect(try remarks() == [])
            let emptied = try remarks()
            #expect(emptied.count == 1 && emptied[0].contains("orch database restore"))
            try Data().write(to: URL(filePath: "\(data)/orch.db"))
            #expect(chmod(data, 0o755) == 0)
            let opened = try remarks()
            #expect(opened.count == 1 && opened[0].contains("chmod 700 \(data)"))
        }
    }

    private func change(_ sql: String, in folder: String) async throws {
        let database = try DatabaseQueue(path: "\(folder)/orch.db")
        try await database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    @Test func aBackupReplacesNoFile() async throws {
        try await TemporaryFolder.with { folder in
            let (data, backup) = ("\(folder)/data", "\(folder)/backup.db")
            let made = try await names(in: data)
            #expect(made.isEmpty)
            try Data("mine".utf8).write(to: URL(filePath: backup))
            await #expect(throws: StoreError.exists(path: backup)) { try await maintenance(data).backUp(to: backup) }
            #expect(try Data(contentsOf: URL(filePath: backup)) == Data("mine".utf8))
        }
    }

    @Test(arguments: ["not a database at all", ""])
    func whatIsNoBackupIsNotRestored(content: String) async throws {
        try await TemporaryFolder.with { folder in
            let (data, backup) = ("\(folder)/data", "\(folder)/backup.db")
            do {
                let controller = try await ServerFixture.open(data)
                try await deploy("mine", in: controller)
                try await controller.store.close()
            }
            try Data(String(repeating: content, count: 500).utf8).write(to: URL(filePath: backup))
            await #expect {
                _ = try await maintenance(data).restore(from: backup, at: .now())
            } throws: { error in
                guard case .noBackup(backup, _) = error as? StoreError else { return false }
                // The way out is no other command about the database, nor a file that nobody knows.
                return !["incoming", "database check", "database restore"].contains { "\(error)".contains($0) }
            }
            await #expect(throws: StoreError.folder(path: folder)) {
                _ = try await maintenance(data).restore(from: folder, at: .now())
            }
            // Opening a pipe that nobody writes to would wait for ever.
            for path in ["\(folder)/pipe", "/dev/null"] {
                if path != "/dev/null" { try #require(mkfifo(path, 0o600) == 0) }
                await #expect(throws: StoreError.noFile(path: path)) {
                    _ = try await maintenance(data).restore(from: path, at: .now())
                }
            }
            #expect(try await names(in: data) == ["mine"])
            await #expect(throws: StoreError.missing(path: "\(folder)/nothing")) {
                _ = try await maintenance(data).restore(from: "\(folder)/nothing", at: .now())
            }
        }
    }

    @Test func aFolderWithoutADatabaseIsNotGivenOne() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder)/orch.db"
            await #expect(throws: StoreError.missing(path: path)) { try await maintenance(folder).migrate() }
            await #expect(throws: StoreError.missing(path: path)) { _ = try await maintenance(folder).problems() }
            let made = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(made.isEmpty)
        }
    }

    @Test func postgresIsLeftToItsOwnTools() async throws {
        let maintenance = DatabaseMaintenance(
            dataDirectory: "/nowhere", databaseURL: Secret("postgresql://me:hunter2@db/x"))
        await #expect {
            try await maintenance.backUp(to: "/nowhere/x")
        } throws: { error in
            "\(error)".contains("pg_dump") && !"\(error)".contains("hunter2")
        }
    }
}
