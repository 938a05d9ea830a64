import FoundationEssentials
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
