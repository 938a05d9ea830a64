import Synchronization

/// A read of the store that any number of requests may ask for: one is under way at a time, all get its answer, and
/// nobody waits for it longer than he wants to.
///
/// So requests that need no token cost the store one read at a time, and a store that hangs holds back no answer.
final class SharedRead<Value: Sendable>: Sendable {
    /// The read was not done in time.
    struct Overdue: Error, CustomStringConvertible {
        var limit: Duration

        var description: String { "the database has not answered within \(limit)" }
    }

    private struct Read {
        var waiters: [ObjectIdentifier: Waiter] = [:]
        var result: Result<Value, any Error>?
    }

    /// One read and those who wait for it.
    private final class Round: Sendable {
        let read = Mutex(Read())
    }

    private let current = Mutex<Round?>(nil)
    private let body: @Sendable () async throws -> Value

    /// - Parameter body: the read.
    init(_ body: @escaping @Sendable () async throws -> Value) {
        self.body = body
    }

    /// The result of the read that is under way, or of a new one.
    ///
    /// - Throws: ``Overdue`` where it takes longer than `limit`, or what the read throws.
    func value(within limit: Duration) async throws -> Value {
        let waiter = Waiter()
        let round = join(waiter)
        await waiter.wait(atMost: limit)
        let result = round.read.withLock { read in
            read.waiters[ObjectIdentifier(waiter)] = nil
            return read.result
        }
        guard let result else { throw Overdue(limit: limit) }
        return try result.get()
    }

    /// How many wait now.
    var waiting: Int {
        current.withLock { $0 }?.read.withLock { $0.waiters.count } ?? 0
    }

    private func join(_ waiter: Waiter) -> Round {
        let (round, isNew) = current.withLock { current in
            if let round = current { return (round, false) }
            let round = Round()
            current = round
            return (round, true)
        }
        let isDone = round.read.withLock { read in
            read.waiters[ObjectIdentifier(waiter)] = waiter
            return read.result != nil
        }
        if isDone { waiter.signal() }
        if isNew {
            // No child of the request's task, which would have to wait for it however long it takes.
            Task { await self.run(round) }
        }
        return round
    }

    private func run(_ round: Round) async {
        let result: Result<Value, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        current.withLock { $0 = nil }
        let waiters = round.read.withLock { read in
            read.result = result
            return Array(read.waiters.values)
        }
        for waiter in waiters { waiter.signal() }
    }
}
