import FoundationEssentials
import Hummingbird
import OrchModel
import OrchStore

/// What happens to one run, as it happens: lines of JSON, or server-sent events that hold the same.
///
/// Single pass; ends after `.end`, or without it when the server stops. A piece is made when it is asked for, so a slow
/// reader holds nothing up but itself. States come before the log lines of the same moment, a terminal one after all
/// lines.
struct RunFollower: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let store: any Store
    let wakeups: Wakeups
    /// The run that is followed.
    let run: Identifier
    /// The run whose container it runs in.
    let root: Identifier
    /// The position after which log lines are sent.
    let after: Int64
    /// How long nothing may happen before a heartbeat is sent.
    let heartbeat: Duration
    /// How events are written.
    let form: Form

    /// How events are written.
    enum Form: Sendable {
        /// Newline-separated JSON.
        case lines
        /// Server-sent events, each log line with its position as the identifier, so that a browser's `EventSource` goes on
        /// by itself where it was cut off.
        ///
        /// Source: <https://html.spec.whatwg.org/multipage/server-sent-events.html>
        case serverSentEvents

        var contentType: String {
            switch self {
            case .lines: "application/x-ndjson"
            case .serverSentEvents: "text/event-stream"
            }
        }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(follower: self)
    }

    struct Iterator: AsyncIteratorProtocol {
        /// Lines sent in one piece at most.
        private static let batch = 2000

        private let follower: RunFollower
        private let waiter = Waiter()
        private let registration: Wakeups.Registration
        private var cursor: RunCursor
        private var ending: RunState?
        private var hasReadAll = false
        private var isOver = false

        init(follower: RunFollower) {
            self.follower = follower
            cursor = RunCursor(state: 0, log: follower.after)
            registration = follower.wakeups.register(waiter, for: [.run(follower.root), .run(follower.run)])
        }

        mutating func next() async throws -> ByteBuffer? {
            while !isOver {
                let isQuiet = hasReadAll ? await !waiter.wait(atMost: follower.heartbeat) : false
                guard !waiter.isClosed,
                    let news = try await follower.store.news(of: follower.run, since: cursor, limit: Self.batch)
                else { return nil }
                let events = events(of: news)
                if !events.isEmpty { return try written(events) }
                if isQuiet { return try written([.heartbeat]) }
            }
            return nil
        }

        private mutating func events(of news: RunNews) -> [RunEvent] {
            cursor = news.cursor
            hasReadAll = !news.hasMore
            isOver = hasReadAll && news.run.state.type.isTerminal
            // The end that was held back was followed by a retry, where a state comes after it.
            var states = [ending].compactMap(\.self) + news.states
            ending = states.last?.type.isTerminal == true ? states.removeLast() : nil
            return states.map(RunEvent.state) + news.records.map(RunEvent.log)
                + (isOver ? [.state(ending ?? news.run.state), .end(news.run)] : [])
        }

        private func written(_ events: [RunEvent]) throws -> ByteBuffer {
            var buffer = ByteBuffer()
            for event in events {
                // JSON has no line breaks of its own, so an event's data is one line.
                if follower.form == .serverSentEvents {
                    if case .log(let record) = event { buffer.writeString("id: \(record.position)\n") }
                    buffer.writeString("data: ")
                }
                buffer.writeBytes(try APIJSON.bytes(event))
                buffer.writeString(follower.form == .serverSentEvents ? "\n\n" : "\n")
            }
            return buffer
        }
    }
}
