import OrchModel

/// A database that runs transactions: SQLite or PostgreSQL.
///
/// Bodies run on a thread that may wait. They may be run again where the database could not decide between two
/// transactions, so they do nothing but read and write it.
protocol SQLDatabase: Sendable {
    /// Runs `body` on one unchanging state of the database, beside others.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value

    /// Runs `body` as one transaction; nothing of it stays where it throws.
    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value

    /// Waits for running work and closes; later calls fail.
    func close() async throws
}
