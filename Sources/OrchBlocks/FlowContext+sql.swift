public import Orch
import OrchModel
import Postgres

extension FlowContext {
    /// Runs a statement on a PostgreSQL database, and gives the rows it brings.
    ///
    /// ```swift
    /// let trips = try await context.sql("SELECT * FROM trips WHERE month = $1", [.int(7)], on: "warehouse").decode(Trip.self)
    /// ```
    ///
    /// It has a connection of its own. All rows are held in memory. Cancelling the task ends the statement on the server.
    ///
    /// - Parameters:
    ///   - statement: one statement; values belong into `parameters`, never into its text.
    ///   - parameters: what `$1`, `$2`, … stand for. Defaults to nothing.
    ///   - block: the name of a postgres block.
    ///   - timeout: how long it may take. Defaults to nil: any time.
    ///   - metric: the name of a metric of the run that becomes the number of rows that were brought or touched. Defaults to
    ///     none.
    /// - Throws: ``QueryFailure``; what the server says, with its code; `CancellationError`.
    @discardableResult
    public func sql(
        _ statement: String, _ parameters: [SQLParameter] = [], on block: String, timeout: Duration? = nil,
        metric: String? = nil
    ) async throws -> QueryRows {
        let query = try postgres(block, timeout)
        let rows = try await telling("sql on \(block)", metric) {
            try await query.run([SQLStatement(statement, parameters)], inTransaction: false)
        }
        return rows.last ?? QueryRows(columns: [], rows: [], affectedRows: 0)
    }

    /// Runs several statements in one transaction: all of them count, or none.
    ///
    /// - Returns: what each brought.
    /// - Throws: as ``sql(_:_:on:timeout:metric:)``.
    @discardableResult
    public func sqlTransaction(
        _ statements: [SQLStatement], on block: String, timeout: Duration? = nil, metric: String? = nil
    ) async throws -> [QueryRows] {
        let query = try postgres(block, timeout)
        return try await telling("sql on \(block)", metric) {
            try await query.run(statements, inTransaction: true)
        }
    }

    /// Runs a text of several statements in one transaction: all of them count, or none.
    ///
    /// - Parameter script: statements separated by `;`, without parameters, and without any that ends the transaction.
    /// - Returns: what the last one brought.
    /// - Throws: as ``sql(_:_:on:timeout:metric:)``.
    @discardableResult
    public func sqlScript(
        _ script: String, on block: String, timeout: Duration? = nil, metric: String? = nil
    ) async throws -> QueryRows {
        let query = try postgres(block, timeout)
        let rows = try await telling("sql on \(block)", metric) { [try await query.script(script)] }
        return rows[0]
    }

    func postgres(_ block: String, _ timeout: Duration?) throws -> PostgresQuery {
        PostgresQuery(
            configuration: try blocks.load(PostgresBlock.self, block).configuration, name: block, timeout: timeout)
    }

    /// Runs queries and tells how it went.
    func telling(
        _ what: String, _ metric: String?, _ body: () async throws -> [QueryRows]
    ) async throws -> [QueryRows] {
        let start = ContinuousClock.now
        let results = try await body()
        let rows = results.reduce(0) { $0 + max($1.affectedRows, $1.count) }
        let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
        logger.info("\(what): \(rows) \(rows == 1 ? "row" : "rows") in \(milliseconds) ms")
        if let metric { self.metric(metric, rows) }
        return results
    }
}
