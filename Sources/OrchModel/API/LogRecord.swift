/// One line of a run's log as it is kept.
public struct LogRecord: Codable, Hashable, Sendable {
    /// Where a line came from.
    public enum Source: String, Codable, Sendable {
        /// A record of the SDK's run stream.
        case flow
        /// A plain line of standard output, or of standard error.
        case stdout, stderr
        /// orch's own remark about the run.
        case orch
    }

    /// As Prefect and Python number them: 10 debug, 20 info, 30 warning, 40 error, 50 critical.
    public enum Level: Int, Codable, Sendable, Comparable, CaseIterable {
        case debug = 10
        case info = 20
        case warning = 30
        case error = 40
        case critical = 50

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
        /// `INFO`.
        public var label: String { "\(self)".uppercased() }
    }

    /// The line's number among those of its run, from 1, the same for ever; given by the store, 0 before.
    public var position: Int64
    public var attempt: Int
    /// The line's number among those of its attempt, from 1, the same for ever; given by the store, 0 before.
    public var line: Int64
    public var source: Source
    /// Counts the lines of one source of one attempt, from 1, and rises from line to line; the store ignores one that is
    /// not above those it has. orch's own remarks have numbers in any order, each known by itself.
    public var sequence: Int64
    public var at: Timestamp
    public var level: Level
    public var message: String
    /// The logger's name, such as `flow` or `task.extract`.
    public var logger: String?
    public var taskRunID: Identifier?
    /// The child run a line belongs to, where it is not the container's own run.
    public var childRunID: Identifier?

    public init(
        position: Int64 = 0, attempt: Int, line: Int64 = 0, source: Source, sequence: Int64, at: Timestamp,
        level: Level,
        message: String, logger: String? = nil, taskRunID: Identifier? = nil, childRunID: Identifier? = nil
    ) {
        self.position = position
        self.attempt = attempt
        self.line = line
        self.source = source
        self.sequence = sequence
        self.at = at
        self.level = level
        self.message = message
        self.logger = logger
        self.taskRunID = taskRunID
        self.childRunID = childRunID
    }

    /// Reads a line; one of an agent or a server that does not number the lines of attempts has no such number.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            position: try container.decode(Int64.self, forKey: .position),
            attempt: try container.decode(Int.self, forKey: .attempt),
            line: try container.decodeIfPresent(Int64.self, forKey: .line) ?? 0,
            source: try container.decode(Source.self, forKey: .source),
            sequence: try container.decode(Int64.self, forKey: .sequence),
            at: try container.decode(Timestamp.self, forKey: .at),
            level: try container.decode(Level.self, forKey: .level),
            message: try container.decode(String.self, forKey: .message),
            logger: try container.decodeIfPresent(String.self, forKey: .logger),
            taskRunID: try container.decodeIfPresent(Identifier.self, forKey: .taskRunID),
            childRunID: try container.decodeIfPresent(Identifier.self, forKey: .childRunID))
    }
}

extension LogRecord {
    /// The greatest number that a line of `flow`, `stdout` or `stderr` may have: nine years of a million lines a second. A
    /// greater one is a mistake, which would hide all lines that follow it.
    public static let greatestSequence: Int64 = 1 << 48

    /// The logger of the line that stands for a log which retention has removed.
    public static let retentionLogger = "retention"

    /// Whether it says that retention has removed the log: no filter may hide that.
    public var tellsOfRemoval: Bool { source == .orch && logger == Self.retentionLogger }
}

/// Answer of `GET /api/flow-runs/{id}/logs`.
public struct LogPage: Codable, Hashable, Sendable {
    public var records: [LogRecord]
    /// The position to ask after for more; nil at the end.
    public var next: Int64?

    public init(records: [LogRecord], next: Int64?) {
        self.records = records
        self.next = next
    }
}

/// One line of `GET /api/flow-runs/{id}/follow`: newline-separated JSON that ends after a terminal state.
public enum RunEvent: Codable, Hashable, Sendable {
    case state(RunState)
    case log(LogRecord)
    /// Nothing happened for some seconds; the connection lives.
    case heartbeat
    /// The last line: the run as it ended.
    case end(FlowRun)
}
