import ArgumentParser
import FoundationEssentials
import OrchModel

/// Where a controller keeps what it knows: for `orch server start`, and for commands about its database.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "The data directory. Defaults to $ORCH_HOME/server.") var data: String?
    @Option(
        name: .customLong("database-url"),
        help: """
            A PostgreSQL database instead of SQLite, such as postgresql://orch@db/orch; several controllers may share it. \
            Better in $ORCH_DATABASE_URL, where `ps` does not show a password.
            """)
    var databaseURL: String?

    /// The directory of `--data`, or this user's.
    var dataDirectory: String { data ?? ProfileFolder().home + "/server" }

    /// The URL given, or that of the environment; nil = SQLite.
    var url: Secret? {
        let url = databaseURL ?? ProcessInfo.processInfo.environment["ORCH_DATABASE_URL"]
        return url.flatMap { $0.isEmpty ? nil : Secret($0) }
    }
}
