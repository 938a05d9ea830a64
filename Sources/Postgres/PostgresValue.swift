/// A value that a prepared statement takes or gives.
package enum PostgresValue: Sendable, Hashable {
    case null
    /// `smallint`, `integer` or `bigint`.
    case integer(Int64)
    /// `real` or `double precision`.
    case real(Double)
    /// Text of any type. PostgreSQL's texts hold no NUL: one is sent as U+2400, its picture.
    case text(String)
    /// `bytea`.
    case bytes([UInt8])
}

/// What a prepared statement returned.
package struct PostgresRows: Sendable, Equatable {
    /// The names of the columns.
    package var columns: [String]
    package var rows: [[PostgresValue]]
    /// How many rows the statement touched.
    package var affectedRows: Int
    /// The server's word for what it did, such as `INSERT 0 1` or `COMMIT`. Defaults to none.
    package var command = ""
}

/// A statement of a pipeline, with its parameters `$1`, `$2`, ….
package struct PipelinedStatement: Sendable, Hashable {
    package var sql: String
    package var parameters: [PostgresValue]

    package init(_ sql: String, _ parameters: [PostgresValue] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}

/// Runs statements one after the other on a connection's own thread, which waits for each.
///
/// Usable only inside the body that ``PostgresConnection/perform(_:_:)`` gives it to.
package struct PostgresStatements {
    let session: LibpqSession
    let cancellation: StatementCancellation?

    /// Runs a statement with parameters `$1`, `$2`, …; it is prepared at its first use and stays so.
    ///
    /// - Throws: `server` when the server refuses, `connectionLost`, `cancelled`, `closed`, or `unexpectedAnswer` for a
    ///   column whose type is none of ``PostgresValue``.
    package func execute(_ sql: String, _ parameters: [PostgresValue] = []) throws(PostgresError) -> PostgresRows {
        try session.executePrepared(sql, parameters, cancellation).get()
    }

    /// Runs several statements in this order with one wait for all; each is prepared at its first use and stays so.
    ///
    /// - Returns: what the last one returned.
    /// - Throws: the error of the first that fails, after which none is run; else as ``execute(_:_:)``.
    package func pipeline(_ steps: [PipelinedStatement]) throws(PostgresError) -> PostgresRows {
        try session.executePipelined(steps, cancellation).get()
    }

    /// Runs statements without parameters, such as those of a migration; returns the last one's answer.
    @discardableResult
    package func run(_ sql: String) throws(PostgresError) -> PostgresResult {
        try session.execute(sql, [], cancellation).get()
    }

    /// The same to its end even if the task was cancelled: ROLLBACK.
    package func runDespiteCancellation(_ sql: String) throws(PostgresError) {
        _ = try session.execute(sql, [], nil).get()
    }
}

extension PostgresConnection {
    /// Lets `body` run statements on the connection's own thread, without a change of threads between them.
    ///
    /// - Parameter what: what is done, for errors.
    /// - Throws: what `body` throws; `busy`, `closed`, `cancelled`.
    package func perform<Value: Sendable>(
        _ what: String, _ body: @escaping @Sendable (PostgresStatements) throws -> Value
    ) async throws -> Value {
        let outcome: Result<Value, any Error> = try await run(what) { session, cancellation in
            let statements = PostgresStatements(session: session, cancellation: cancellation)
            return .success(Result { try body(statements) })
        }
        return try outcome.get()
    }
}
