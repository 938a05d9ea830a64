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

    /// What the database finds wrong with itself; empty where nothing is, or where it looks after that by itself.
    func structuralProblems() async throws -> [String]

    /// Gives some of the space back that removed rows took up, for a moment or beside all others.
    func giveBackSpace() async throws -> SpaceReturn

    /// Whether other controllers may use it at the same time.
    var isShared: Bool { get }

    /// Tells the other controllers something.
    func announce(_ texts: [String]) async throws

    /// Gives `body` what is announced until the task is cancelled; throws when the connection breaks.
    func announcements(_ body: @escaping @Sendable ([String]) -> Void) async throws

    /// Waits for running work and closes; later calls fail.
    func close() async throws
}
