import Postgres

/// Connections to one database, opened when they are needed and kept for the next.
actor PostgresPool {
    nonisolated let configuration: PostgresConfiguration
    private let limit: Int
    private var idle: [PostgresConnection] = []
    private var open = 0
    private var waiting: [(number: Int, continuation: CheckedContinuation<Void, Never>)] = []
    private var lastNumber = 0
    private var isClosed = false

    /// A pool that has connected to nothing yet.
    ///
    /// - Parameter limit: connections at most.
    init(_ configuration: PostgresConfiguration, limit: Int) {
        self.configuration = configuration
        self.limit = limit
    }

    /// Lets `body` work with a connection of its own; waits for one while all are in use.
    ///
    /// - Throws: what connecting or `body` throws; `PostgresError.closed` once the pool is closed.
    nonisolated func withConnection<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await take()
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            // One that may stand in the middle of something is not used again.
            if Self.leavesUsable(error) { await giveBack(connection) } else { await drop(connection) }
            throw error
        }
    }

    /// Closes what is idle now, and the rest when it is given back.
    func close() async {
        isClosed = true
        let connections = idle
        idle = []
        open -= connections.count
        for connection in connections { await connection.close() }
        wakeAll()
    }

    private func take() async throws -> PostgresConnection {
        while true {
            try Task.checkCancellation()
            guard !isClosed else { throw PostgresError.closed }
            if let connection = idle.popLast() { return connection }
            if open < limit { break }
            await wait()
        }
        open += 1
        do {
            return try await PostgresConnection.connect(configuration)
        } catch {
            open -= 1
            wakeOne()
            throw error
        }
    }

    private func wait() async {
        lastNumber += 1
        let number = lastNumber
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume()
                } else {
                    waiting.append((number, continuation))
                }
            }
        } onCancel: {
            Task { await self.wake(number) }
        }
        // One that was woken for a connection and leaves without it passes the word on.
        if Task.isCancelled { wakeOne() }
    }

    private func giveBack(_ connection: PostgresConnection) async {
        guard !isClosed else { return await drop(connection) }
        idle.append(connection)
        wakeOne()
    }

    private func drop(_ connection: PostgresConnection) async {
        open -= 1
        wakeOne()
        await connection.close()
    }

    private func wake(_ number: Int) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: index).continuation.resume()
    }

    private func wakeOne() {
        if !waiting.isEmpty { waiting.removeFirst().continuation.resume() }
    }

    private func wakeAll() {
        while !waiting.isEmpty { wakeOne() }
    }

    /// Whether a connection can be used again after an error: the server refused a statement, or we ourselves did.
    private static func leavesUsable(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return true }
        if case .server(let refusal) = error {
            // The server is going away, or has ended the session.
            return !["57P01", "57P02", "57P03"].contains(refusal.sqlState) && !refusal.sqlState.hasPrefix("08")
        }
        return false
    }
}
