import GRDB
import Synchronization

/// Puts writes that wait for the same database into one transaction, as each commit costs more than most writes do.
///
/// A write alone is committed alone, at once. Each of several has a savepoint of its own, so one that throws takes nothing
/// of the others with it; all are answered after the commit. Where the transaction as a whole fails, each write is tried
/// once more by itself, and meets the reason alone.
final class GroupCommit: Sendable {
    /// Writes in one transaction at most: what waits behind them must not wait for long.
    private static let mostWrites = 64

    private struct State {
        var waiting: [any Write] = []
        var isDraining = false
        var commits = 0
    }

    private let pool: DatabasePool
    private let state = Mutex(State())

    init(pool: DatabasePool) {
        self.pool = pool
    }

    /// Writes that wait for the one that runs.
    var waiting: Int { state.withLock { $0.waiting.count } }
    /// Transactions so far that were to commit.
    var commits: Int { state.withLock { $0.commits } }

    /// Runs `body` in a transaction, perhaps together with others.
    ///
    /// - Throws: what `body` throws, or the database; nothing of `body` stays then.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            let write = BodyWrite(body: body, continuation: continuation)
            let isFirst = state.withLock { state in
                state.waiting.append(write)
                defer { state.isDraining = true }
                return !state.isDraining
            }
            if isFirst { pool.asyncWriteWithoutTransaction(drain) }
        }
    }

    /// Runs what waits until nothing does, on the writer's own thread.
    private func drain(_ db: Database) {
        while true {
            let group = state.withLock { state in
                let group = state.waiting.prefix(Self.mostWrites)
                state.waiting.removeFirst(group.count)
                state.isDraining = !group.isEmpty
                if !group.isEmpty { state.commits += 1 }
                return Array(group)
            }
            if group.isEmpty { return }
            if group.count == 1 || !commit(group, db) {
                for write in group { Self.runAlone(write, db) }
            }
            for write in group { write.answer() }
        }
    }

    /// Runs writes in one transaction; false where that failed and nothing of them is stored.
    private func commit(_ group: [any Write], _ db: Database) -> Bool {
        do {
            try db.inTransaction(.immediate) {
                for write in group {
                    do {
                        try db.inSavepoint {
                            try write.run(db)
                            return .commit
                        }
                    } catch {
                        // Some errors, as that of a full disk, end the transaction of all.
                        guard db.isInsideTransaction else { throw error }
                        write.fail(error)
                    }
                }
                return .commit
            }
            return true
        } catch {
            return false
        }
    }

    private static func runAlone(_ write: any Write, _ db: Database) {
        do {
            try db.inTransaction(.immediate) {
                try write.run(db)
                return .commit
            }
        } catch {
            write.fail(error)
        }
    }
}

/// One write on its way; used by the writer's thread alone.
private protocol Write: AnyObject, Sendable {
    func run(_ db: Database) throws
    func fail(_ error: any Error)
    func answer()
}

private final class BodyWrite<Value: Sendable>: Write {
    private let body: @Sendable (Database) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private let result = Mutex<Result<Value, any Error>?>(nil)

    init(
        body: @escaping @Sendable (Database) throws -> Value, continuation: CheckedContinuation<Value, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func run(_ db: Database) throws {
        let value = try body(db)
        result.withLock { $0 = .success(value) }
    }

    func fail(_ error: any Error) {
        result.withLock { $0 = .failure(error) }
    }

    func answer() {
        continuation.resume(with: result.withLock { $0 } ?? .failure(CancellationError()))
    }
}
