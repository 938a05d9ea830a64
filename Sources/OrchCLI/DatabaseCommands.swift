import ArgumentParser
import OrchInfrastructure
import OrchModel
import OrchServer

/// `orch database`.
struct Databases: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database", abstract: "Migrates, backs up, restores, checks and compacts a controller's database.",
        subcommands: [Migrate.self, Backup.self, Restore.self, Check.self, Compact.self])

    /// `orch database migrate`.
    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "migrate",
            abstract: "Brings the schema up to date, as every start of a controller does.",
            discussion: "Example: ORCH_DATABASE_URL=postgresql://orch@db/orch orch database migrate")

        @OptionGroup var database: DatabaseOptions

        func run() async throws {
            try await database.maintenance.migrate()
            FileHandles.writeOut("The schema is up to date.\n")
        }
    }

    /// `orch database backup`.
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup",
            abstract: "Copies the SQLite database into a new file, while the controller runs.",
            discussion: """
                The copy is of one moment. Values in it are sealed with server.key, which belongs to a backup too.
                Example: orch database backup /backups/orch-2026-07-01.db
                """)

        @Argument(help: "The file to make.", completion: .file()) var file: String
        @OptionGroup var database: DatabaseOptions

        func run() async throws {
            try await database.maintenance.backUp(to: file)
            FileHandles.writeOut("Backed up to \(file). Keep server.key of \(database.dataDirectory) with it.\n")
        }
    }

    /// `orch database restore`.
    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore",
            abstract: "Puts a backup in the place of the SQLite database; the controller must be stopped.",
            discussion: """
                The backup is checked first, and the database that was there is kept.
                Example: orch database restore /backups/orch-2026-07-01.db
                """)

        @Argument(help: "The backup.", completion: .file()) var file: String
        @OptionGroup var database: DatabaseOptions

        func run() async throws {
            let kept = try await database.maintenance.restore(from: file, at: .now())
            FileHandles.writeOut("Restored \(file).\(kept.map { " The database before it is \($0)." } ?? "")\n")
        }
    }

    /// `orch database compact`.
    struct Compact: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compact",
            abstract: "Writes the SQLite database anew without free space; the controller must be stopped.",
            discussion: """
                Needed once for a database of an older orch of more than 64 MiB: from then on the controller gives space \
                back by itself, as it does with smaller and newer ones. Takes as much room beside the file until it is done.
                Example: orch database compact --data /var/lib/orch
                """)

        @OptionGroup var database: DatabaseOptions

        func run() async throws {
            let (before, after) = try await database.maintenance.compact()
            FileHandles.writeOut("Compacted: \(ByteSize.text(before)) before, \(ByteSize.text(after)) now.\n")
        }
    }

    /// `orch database check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Looks for what is wrong with the database; exit 0 where nothing is, else 1.",
            discussion: "Example: orch database check --data /var/lib/orch")

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: Output

        func run() async throws {
            let problems = try await database.maintenance.problems()
            try output.show(problems) { problems in
                problems.isEmpty ? "Nothing is wrong.\n" : problems.map { "\($0)\n" }.joined()
            }
            if !problems.isEmpty { throw Ending(code: .failed) }
        }
    }
}

extension DatabaseOptions {
    /// What is done to the database that the options mean.
    fileprivate var maintenance: DatabaseMaintenance {
        DatabaseMaintenance(dataDirectory: dataDirectory, databaseURL: url)
    }
}
