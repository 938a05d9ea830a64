import CLibpq

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension LibpqSession {
    /// Begins a `COPY … FROM STDIN`.
    func beginCopy(_ sql: String, _ cancellation: StatementCancellation) -> Result<Void, PostgresError> {
        guard connection != nil else { return .failure(.closed) }
        guard PQsendQuery(connection, sql) == 1 else { return .failure(lost(sql)) }
        return collect(sql, cancellation).flatMap { answer in
            switch answer {
            case .copyIn: .success(())
            case .result(let result): .failure(.unexpectedAnswer(statement: sql, got: "\"\(result.command)\""))
            }
        }
    }

    /// Sends some bytes of the COPY and waits until the system has taken them.
    func putCopy(_ sql: String, _ chunk: [UInt8], _ cancellation: StatementCancellation) -> Result<Void, PostgresError>
    {
        guard connection != nil else { return .failure(.closed) }
        // No cancel request: a COPY is abandoned from this side, see `endCopy`.
        var waiter = Canceller(session: self, cancellation: nil)
        // libpq counts in 32 bits.
        for start in stride(from: 0, to: chunk.count, by: 1 << 20) {
            if cancellation.isCancelled { return .failure(.cancelled(statement: sql)) }
            let part = chunk[start..<min(start + 1 << 20, chunk.count)]
            var code: Int32 = 0
            while code == 0 {
                code = part.withUnsafeBytes {
                    PQputCopyData(connection, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
                }
                if code == 0, !waiter.wait(for: POLLOUT) { return .failure(waiter.failure(sql)) }
            }
            guard code == 1 else { return .failure(lost(sql)) }
            switch flushCopy(cancellation) {
            case .sent: continue
            case .broken: return .failure(lost(sql))
            case .cancelled: return .failure(.cancelled(statement: sql))
            }
        }
        return .success(())
    }

    private enum Flushed { case sent, broken, cancelled }

    private func flushCopy(_ cancellation: StatementCancellation) -> Flushed {
        while true {
            switch PQflush(connection) {
            case 0: return .sent
            case 1:
                if case .ready = wait(for: POLLIN | POLLOUT), PQconsumeInput(connection) != 1 { return .broken }
                if cancellation.isCancelled { return .cancelled }
            default: return .broken
            }
        }
    }

    /// Ends the COPY: with its rows, or with an error that makes the server forget them. Answers the number of rows.
    func endCopy(
        _ sql: String, error: String? = nil, _ cancellation: StatementCancellation?
    ) -> Result<Int, PostgresError> {
        guard connection != nil else { return .failure(.closed) }
        // Abandoning must come to an end even when the server no longer reads.
        let deadline = error == nil ? nil : ContinuousClock.now + cancelGrace
        while true {
            let code = PQputCopyEnd(connection, error)
            if code == 1 { break }
            guard code == 0 else { return .failure(lost(sql)) }
            if case .timedOut = wait(for: POLLOUT, until: deadline) { return .failure(lost(sql)) }
        }
        if let deadline {
            while PQflush(connection) == 1 {
                if case .timedOut = wait(for: POLLIN | POLLOUT, until: deadline) { return .failure(lost(sql)) }
                _ = PQconsumeInput(connection)
            }
        }
        return collect(sql, cancellation, until: deadline).flatMap { answer in
            switch answer {
            case .result(let result): return .success(result.affectedRows)
            case .copyIn:
                close()
                return .failure(.unexpectedAnswer(statement: sql, got: "a second request for COPY data"))
            }
        }
    }
}
