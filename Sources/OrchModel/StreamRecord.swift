/// One record of the run stream: what a flow program reports through its own standard output.
///
/// A record is one JSON object on one line, or several lines of at most ``maximumLineBytes`` that a ``StreamDecoder``
/// joins. Each physical line carries its own sequence number, so that a lost line shows.
public struct StreamRecord: Sendable, Hashable {
    /// The version of this format.
    public static let protocolVersion = ImageDescription.protocolVersion
    /// The longest physical line, its newline included: what a pipe takes in one indivisible write.
    public static let maximumLineBytes = 4096

    /// When it happened.
    public var time: Timestamp
    /// What happened.
    public var kind: Kind

    /// A record of something that happened at `time`.
    public init(time: Timestamp, _ kind: Kind) {
        self.time = time
        self.kind = kind
    }

    /// What a record tells.
    public enum Kind: Sendable, Hashable {
        /// The first record: who speaks.
        case hello(Hello)
        /// A line for people.
        case log(Log)
        /// A task entered a state.
        case taskState(TaskState)
        /// A child run in the same container entered a state.
        case childRun(ChildRun)
        /// A measured number.
        case metric(Metric)
        /// The value the flow returned.
        case result(JSONValue)
        /// Something to look at.
        case artifact(Artifact)
        /// An object that was written to a lake or another place that is kept.
        case asset(Asset)
        /// The last record: how the flow ended.
        case outcome(RunEnding.Outcome)
        /// A kind that a newer program reports and this version does not know.
        case unknown(String)
    }
}

extension StreamRecord {
    /// How much a log line matters.
    public enum Level: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
        case trace, debug, info, warning, error, critical

        /// Whether `left` matters less.
        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Where a log line came from.
    public enum Stream: String, Sendable, Hashable, Codable, CaseIterable {
        /// What the program, its libraries or its children wrote to descriptor 1.
        case stdout
        /// What they wrote to descriptor 2.
        case stderr
        /// The flow's own logger.
        case logger
    }

    /// Who speaks.
    public struct Hello: Sendable, Hashable {
        /// The version of the stream the program writes.
        public var protocolVersion: Int
        /// The SDK's version.
        public var sdk: String
        /// The flow that runs.
        public var flow: String

        /// A program of this version, about to run `flow`.
        public init(protocolVersion: Int = StreamRecord.protocolVersion, sdk: String, flow: String) {
            self.protocolVersion = protocolVersion
            self.sdk = sdk
            self.flow = flow
        }
    }

    /// A line for people.
    public struct Log: Sendable, Hashable {
        /// How much it matters.
        public var level: Level
        /// The text; it may have several lines.
        public var message: String
        /// The logger's name: a flow's, a task's, or the stream's.
        public var logger: String
        /// Where it came from.
        public var stream: Stream
        /// The task run it belongs to.
        public var taskRun: Identifier?
        /// The child run it belongs to; `nil` for the run itself.
        public var flowRun: Identifier?
        /// Whether the line was too long for one record and goes on in the next one of the same stream.
        public var continues: Bool

        /// A line; it is the logger's own unless `stream` says otherwise.
        public init(
            _ level: Level, _ message: String, logger: String, stream: Stream = .logger,
            taskRun: Identifier? = nil, flowRun: Identifier? = nil, continues: Bool = false
        ) {
            self.level = level
            self.message = message
            self.logger = logger
            self.stream = stream
            self.taskRun = taskRun
            self.flowRun = flowRun
            self.continues = continues
        }
    }

    /// A task entered a state.
    public struct TaskState: Sendable, Hashable {
        /// The task run's identifier, the same over all its attempts.
        public var taskRun: Identifier
        /// The task's name.
        public var name: String
        /// The child run it belongs to; `nil` for the run itself.
        public var flowRun: Identifier?
        /// The task's own attempt, from 1; 0 for a task that never ran.
        public var attempt: Int
        /// The state it entered.
        public var state: RunState
        /// When the first attempt started.
        public var started: Timestamp?
        /// When the last attempt ended.
        public var ended: Timestamp?
        /// What else is known of it; `nil` where nothing is, or where an older program speaks.
        public var details: TaskDetails?
        /// What the log says of it; `nil` for nothing. It comes with the state, as a record of its own would cost as much
        /// as the state does.
        public var line: Line?

        /// A line of the log.
        public struct Line: Sendable, Hashable {
            /// How much it matters.
            public var level: Level
            /// The text.
            public var message: String

            /// A line of that level.
            public init(_ level: Level, _ message: String) {
                self.level = level
                self.message = message
            }
        }

        /// Its line as a record of the log; `nil` where there is none.
        public var log: Log? {
            line.map { Log($0.level, $0.message, logger: name, taskRun: taskRun, flowRun: flowRun) }
        }

        /// A task run that entered `state`.
        public init(
            taskRun: Identifier, name: String, flowRun: Identifier? = nil, attempt: Int, state: RunState,
            started: Timestamp? = nil, ended: Timestamp? = nil, details: TaskDetails? = nil, line: Line? = nil
        ) {
            self.taskRun = taskRun
            self.name = name
            self.flowRun = flowRun
            self.attempt = attempt
            self.state = state
            self.started = started
            self.ended = ended
            self.details = details
            self.line = line
        }
    }

    /// A child run in the same container entered a state.
    public struct ChildRun: Sendable, Hashable {
        /// The child run's identifier.
        public var flowRun: Identifier
        /// The child run it was started by; `nil` for the run itself.
        public var parent: Identifier?
        /// The child's flow.
        public var flow: String
        /// Its parameters, secrets left out.
        public var parameters: [String: JSONValue]
        /// The state it entered.
        public var state: RunState

        /// A child run that entered `state`.
        public init(
            flowRun: Identifier, parent: Identifier? = nil, flow: String, parameters: [String: JSONValue],
            state: RunState
        ) {
            self.flowRun = flowRun
            self.parent = parent
            self.flow = flow
            self.parameters = parameters
            self.state = state
        }
    }

    /// A measured number.
    public struct Metric: Sendable, Hashable {
        /// What was measured.
        public var name: String
        /// The number.
        public var value: Double
        /// The task run it belongs to.
        public var taskRun: Identifier?
        /// The child run it belongs to; `nil` for the run itself.
        public var flowRun: Identifier?

        /// A number, and where it was measured.
        public init(_ name: String, _ value: Double, taskRun: Identifier? = nil, flowRun: Identifier? = nil) {
            self.name = name
            self.value = value
            self.taskRun = taskRun
            self.flowRun = flowRun
        }
    }

    /// An object that was written.
    public struct Asset: Sendable, Hashable {
        /// What was written.
        public var record: AssetRecord
        /// The child run it belongs to; `nil` for the run itself.
        public var flowRun: Identifier?

        /// An object, and the child run that wrote it.
        public init(_ record: AssetRecord, flowRun: Identifier? = nil) {
            self.record = record
            self.flowRun = flowRun
        }
    }

    /// Something to look at: a table, a link, a text in Markdown.
    public struct Artifact: Sendable, Hashable {
        /// The name it is found by.
        public var key: String
        /// `markdown`, `table`, `link` or `image`.
        public var type: String
        /// What is looked at, in the form its type has.
        public var data: JSONValue
        /// What it shows, in a sentence.
        public var description: String
        /// The task run it belongs to.
        public var taskRun: Identifier?
        /// The child run it belongs to; `nil` for the run itself.
        public var flowRun: Identifier?

        /// Something to look at.
        public init(
            key: String, type: String, data: JSONValue, description: String = "", taskRun: Identifier? = nil,
            flowRun: Identifier? = nil
        ) {
            self.key = key
            self.type = type
            self.data = data
            self.description = description
            self.taskRun = taskRun
            self.flowRun = flowRun
        }
    }
}
