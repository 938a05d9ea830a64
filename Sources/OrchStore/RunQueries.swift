package import OrchModel

/// Which runs a list holds; what is nil does not narrow it.
package struct RunQuery: Hashable, Sendable {
    /// A state's name or type, in any case.
    package var state: String?
    /// A deployment's short name.
    package var deployment: String?
    package var flow: String?
    /// The run whose direct children are listed; nil lists runs that have a container of their own.
    package var parent: Identifier?
    /// A tag of theirs.
    package var tag: String?
    /// A work queue.
    package var workQueue: String?
    /// A schedule whose slots made them.
    package var schedule: Identifier?
    /// A backfill that they are of.
    package var backfill: Identifier?
    /// Runs that were due before it.
    package var dueBefore: Timestamp?
    /// Runs that were made before this one: where a further page begins.
    package var before: Identifier?
    /// How many at most. Defaults to 50.
    package var limit: Int

    package init(
        state: String? = nil, deployment: String? = nil, flow: String? = nil, parent: Identifier? = nil,
        limit: Int = 50
    ) {
        self.state = state
        self.deployment = deployment
        self.flow = flow
        self.parent = parent
        self.limit = limit
    }
}

/// A text that means a run: its identifier, the beginning or end of it, or its name.
package struct RunReference: Hashable, Sendable {
    /// The fewest hexadecimal digits that count as part of an identifier.
    package static let fewestDigits = 6

    package var text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The digits without dashes, where the text may be part of an identifier.
    var digits: String? {
        let digits = text.lowercased().filter { $0 != "-" }
        guard (Self.fewestDigits...32).contains(digits.utf8.count), digits.allSatisfy(\.isHexDigit) else { return nil }
        return digits
    }
}

/// Which lines of a log a page holds.
package struct LogQuery: Hashable, Sendable {
    /// The position after which the page starts. Defaults to 0, the beginning.
    package var after: Int64
    /// Lines at most. Defaults to 1000.
    package var limit: Int
    /// The least level; nil = all.
    package var level: LogRecord.Level?
    /// The earliest time; nil = all.
    package var since: Timestamp?
    /// A text that the line holds, byte by byte; nil = all.
    package var containing: String?
    /// Whether the page holds the last lines that match, in place of the first.
    package var isTail: Bool

    package init(
        after: Int64 = 0, limit: Int = 1000, level: LogRecord.Level? = nil, since: Timestamp? = nil,
        containing: String? = nil, isTail: Bool = false
    ) {
        self.after = after
        self.limit = limit
        self.level = level
        self.since = since
        self.containing = containing
        self.isTail = isTail
    }
}

/// How far a follower has read.
package struct RunCursor: Hashable, Sendable {
    /// Counts the states of all runs; 0 before the first.
    package var state: Int64
    /// ``LogRecord/position`` of the last line.
    package var log: Int64

    package init(state: Int64 = 0, log: Int64 = 0) {
        self.state = state
        self.log = log
    }
}

/// What happened to a run since a cursor, all of one moment.
package struct RunNews: Sendable {
    package var run: FlowRun
    package var states: [RunState]
    package var records: [LogRecord]
    /// Where to read on.
    package var cursor: RunCursor
    /// Whether more lines wait than the limit let through.
    package var hasMore: Bool
}

/// What a wish to end a run led to.
package enum CancellationOutcome: Sendable {
    /// There is no such run.
    case unknown
    /// It has ended otherwise.
    case ended(FlowRun)
    /// It is Cancelled, or is to be, and so are those that it made: the wish was there before.
    case unchanged(FlowRun)
    /// It runs inside another run and ends with it.
    case child(FlowRun)
    /// It is in another state by now than the wish is about.
    case passedOver(FlowRun)
    /// It is Cancelled or Cancelling now; `others` are the runs that it made through the API, and theirs, of which the same
    /// became true by this wish.
    case requested(FlowRun, others: [FlowRun])
}

/// What a wish to pause, suspend or resume a run led to.
package enum RequestOutcome: Sendable {
    /// There is no such run.
    case unknown
    /// It runs inside another run and follows that.
    case child(FlowRun)
    /// Its state forbids it; the text names the states that would not.
    case refused(FlowRun, expected: String)
    /// The run has followed, or its agent is to.
    case requested(FlowRun)
    /// What is wished is true, or its agent was asked for it before.
    case unchanged(FlowRun)
}

/// What is wished of an agent's live attempts.
package struct AgentWishes: Hashable, Sendable {
    /// Attempts that are to be ended.
    package var cancellations: [WorkReply.Cancellation]
    /// Attempts that are to be paused, suspended or resumed.
    package var requests: [WorkReply.Request]

    package init(cancellations: [WorkReply.Cancellation] = [], requests: [WorkReply.Request] = []) {
        self.cancellations = cancellations
        self.requests = requests
    }
}
