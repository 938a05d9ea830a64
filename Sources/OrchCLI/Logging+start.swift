import ArgumentParser
import Logging

/// How much a long-running part says of itself, on standard error, and how.
struct LogOptions: ParsableArguments {
    @Option(name: .customLong("log-level"), help: "trace, debug, info, notice, warning, error or critical.")
    var level: Level = .info

    @Option(name: .customLong("log-format"), help: "text for people, json for machines: an object a line.")
    var format: Format = .text

    /// swift-log's levels, as words of the command line.
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// What a line of the log looks like.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    /// A logger for the part called `label`.
    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { label in
            switch format {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler(label: label)
            }
        }
        logger.logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
        return logger
    }
}
