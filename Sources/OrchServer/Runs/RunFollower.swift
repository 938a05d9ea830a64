import FoundationEssentials
import Hummingbird
import OrchModel
import OrchStore

/// What happens to one run, as it happens, in pieces of newline-separated JSON.
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

    func makeAsyncIterator() -> Iterator {
        Iterator(follower: self)
    }

    struct Iterator: AsyncIteratorProtocol {
        /// Lines sent in one piece at most.
        private static let batch = 500

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
                if !events.isEmpty { return try Self.lines(events) }
                if isQuiet { return try Self.lines([.heartbeat]) }
            }
            return nil
        }

        private mutating func events(of news: RunNews) -> [RunEvent] {
            cursor = news.cursor
            hasReadAll = !news.hasMore
            ending = news.states.last { $0.type.isTerminal } ?? ending
            isOver = hasReadAll && news.run.state.type.isTerminal
            let states = news.states.filter { !$0.type.isTerminal }
            return states.map(RunEvent.state) + news.records.map(RunEvent.log)
                + (isOver ? [.state(ending ?? news.run.state), .end(news.run)] : [])
        }

        private static func lines(_ events: [RunEvent]) throws -> ByteBuffer {
            var buffer = ByteBuffer()
            for event in events {
                buffer.writeBytes(try APIJSON.bytes(event))
                buffer.writeInteger(UInt8(ascii: "\n"))
            }
            return buffer
        }
    }
}
