import ArgumentParser
import FoundationEssentials
import OrchModel

/// Which database a command is about: that of `orch server start` with the same options.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "The data directory. Defaults to $ORCH_HOME/server.") var data: String?
    @Option(
        name: .customLong("database-url"),
        help:
            "The PostgreSQL database, where it is not the data directory's SQLite file. Defaults to $ORCH_DATABASE_URL."
    )
    var databaseURL: String?

    /// The directory of `--data`, or this user's.
    var dataDirectory: String { data ?? ProfileFolder().home + "/server" }

    /// The URL given, or that of the environment; nil = SQLite.
    static func url(_ given: String?) -> Secret? {
        let url = given ?? ProcessInfo.processInfo.environment["ORCH_DATABASE_URL"]
        return url.flatMap { $0.isEmpty ? nil : Secret($0) }
    }
}
