/// Many lines of one attempt's log in one piece: how an agent sends them and a store keeps them.
///
/// The head tells what has to be known without unpacking; `LogSegments` packs and reads the content.
public struct LogSegment: Hashable, Sendable {
    /// The numbers that the lines of one source have: rising, from the first to the last, maybe with gaps.
    public struct Span: Codable, Hashable, Sendable {
        public var first: Int64
        public var last: Int64

        public init(first: Int64, last: Int64) {
            self.first = first
            self.last = last
        }
    }

    /// What has to be known of the lines without unpacking them.
    public struct Head: Codable, Hashable, Sendable {
        /// How many lines.
        public var lines: Int
        /// Bytes of their messages.
        public var bytes: Int
        public var earliest: Timestamp
        public var latest: Timestamp
        /// The greatest level among them.
        public var level: LogRecord.Level
        /// Child runs that lines belong to.
        public var children: [Identifier]
        /// The numbers of the run stream's records, of standard output's and of standard error's plain lines; nil = none.
        public var flow: Span?
        public var stdout: Span?
        public var stderr: Span?
        /// The numbers of orch's own remarks, which do not rise, as several count them.
        public var remarks: [Int64]
        /// Whether the numbers of each source rise from line to line.
        public var isOrdered: Bool

        public init(
            lines: Int, bytes: Int, earliest: Timestamp, latest: Timestamp, level: LogRecord.Level,
            children: [Identifier] = [], flow: Span? = nil, stdout: Span? = nil, stderr: Span? = nil,
            remarks: [Int64] = [], isOrdered: Bool = true
        ) {
            self.lines = lines
            self.bytes = bytes
            self.earliest = earliest
            self.latest = latest
            self.level = level
            self.children = children
            self.flow = flow
            self.stdout = stdout
            self.stderr = stderr
            self.remarks = remarks
            self.isOrdered = isOrdered
        }
    }

    public var head: Head
    /// The packed lines.
    public var content: [UInt8]

    public init(head: Head, content: [UInt8]) {
        self.head = head
        self.content = content
    }
}
