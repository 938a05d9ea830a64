import CLibpq

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension LibpqSession {
    /// Runs a `COPY … FROM STDIN` from its begin to its end. Answers the number of rows.
    /// - Parameter next: the next bytes, or nil after the last; it may block. Where it throws, nothing is kept.
    func copy(
        _ sql: String, _ cancellation: StatementCancellation, next: () throws -> [UInt8]?
    ) -> Result<Int, PostgresError> {
        switch beginCopy(sql, cancellation) {
        case .failure(let error): return .failure(error)
        case .success: break
        }
        switch putAll(sql, cancellation, next: next) {
        case .success:
            return endCopy(sql, cancellation)
        case .failure(let error):
            // The server answers with the error it was given, which is no news.
            if connection != nil { _ = endCopy(sql, error: "abandoned by the client", nil) }
            return .failure(error)
        }
    }

    private func beginCopy(_ sql: String, _ cancellation: StatementCancellation) -> Result<Void, PostgresError> {
        guard connection != nil else { return .failure(.closed) }
        guard PQsendQuery(connection, sql) == 1 else { return .failure(lost(sql)) }
        return collect(sql, cancellation).flatMap { answer in
            switch answer {
            case .copyIn: .success(())
            case .result(let result): .failure(.unexpectedAnswer(statement: sql, got: "\"\(result.command)\""))
            }
        }
    }

    private func putAll(
        _ sql: String, _ cancellation: StatementCancellation, next: () throws -> [UInt8]?
    ) -> Result<Void, PostgresError> {
        while true {
            if cancellation.isCancelled { return .failure(.cancelled(statement: sql)) }
            let chunk: [UInt8]?
            do { chunk = try next() } catch { return .failure(.copySource(error)) }
            guard let chunk else { return .success(()) }
            if case .failure(let error) = put(sql, chunk, cancellation) { return .failure(error) }
        }
    }

    /// Bytes of one message. libpq moves what the socket did not take to the front of its buffer, so that long
    /// messages would be copied over and over; the server asks the system for 8 KiB at a time whatever we send.
    private static let messageBytes = 1 << 16

    /// Sends some bytes of the COPY and waits until the system has taken them.
    private func put(
        _ sql: String, _ chunk: [UInt8], _ cancellation: StatementCancellation
    ) -> Result<Void, PostgresError> {
        chunk.withUnsafeBytes { chunk in
            for start in stride(from: 0, to: chunk.count, by: Self.messageBytes) {
                if cancellation.isCancelled { return .failure(.cancelled(statement: sql)) }
                let part = chunk[start..<min(start + Self.messageBytes, chunk.count)]
                // libpq answers 0 only where it is out of memory for what it could not send.
                let bytes = UnsafeRawBufferPointer(rebasing: part).assumingMemoryBound(to: CChar.self)
                guard PQputCopyData(connection, bytes.baseAddress, Int32(bytes.count)) == 1 else {
                    return .failure(lost(sql))
                }
                switch flushCopy(cancellation) {
                case .sent: continue
                case .broken: return .failure(lost(sql))
                case .cancelled: return .failure(.cancelled(statement: sql))
                }
            }
            return .success(())
        }
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
