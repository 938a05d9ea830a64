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

    /// Orders the lines of a run; given by the store, 0 before.
    public var position: Int64
    public var attempt: Int
    public var source: Source
    /// Counts the lines of one source of one attempt, from 1; the store ignores one it has.
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
        position: Int64 = 0, attempt: Int, source: Source, sequence: Int64, at: Timestamp, level: Level,
        message: String, logger: String? = nil, taskRunID: Identifier? = nil, childRunID: Identifier? = nil
    ) {
        self.position = position
        self.attempt = attempt
        self.source = source
        self.sequence = sequence
        self.at = at
        self.level = level
        self.message = message
        self.logger = logger
        self.taskRunID = taskRunID
        self.childRunID = childRunID
    }
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
