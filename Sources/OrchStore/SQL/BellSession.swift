/// A transaction that remembers which queues' runs have their turn by it.
final class BellSession: SQLSession {
    private let session: any SQLSession
    /// The queues.
    private(set) var woken: Set<String> = []

    init(_ session: any SQLSession) { self.session = session }

    var dialect: SQLDialect { session.dialect }

    func rows(_ sql: String, _ arguments: SQLArguments) throws -> [SQLRow] { try session.rows(sql, arguments) }

    func run(_ sql: String, _ arguments: SQLArguments) throws -> Int { try session.run(sql, arguments) }

    func post(_ sql: String, _ arguments: SQLArguments) throws { try session.post(sql, arguments) }

    func lock(_ name: String) throws { try session.lock(name) }

    func wake(_ queue: String) { woken.insert(queue) }

    func prepareLogs(of day: Int64) throws { try session.prepareLogs(of: day) }

    func dropEmptyLogDays(before day: Int64) throws -> Int { try session.dropEmptyLogDays(before: day) }
}
