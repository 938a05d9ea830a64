/// A transaction's view of a database. Calls wait, so they belong on the database's own thread, and end with the body
/// that was given the session.
///
/// Placeholders are `?` in the order of the arguments, or `?1`, `?2`, …; a statement has one kind of them. Statements stay
/// prepared.
protocol SQLSession {
    /// How the database differs from others in what it is told.
    var dialect: SQLDialect { get }

    /// The rows of a statement.
    func rows(_ sql: String, _ arguments: SQLArguments) throws -> [SQLRow]

    /// Runs a statement.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ arguments: SQLArguments) throws -> Int

    /// Runs a statement whose count nobody asks for: at the latest before the next one that answers, or with the commit. So
    /// several need one wait for the database, and what is wrong with one may be thrown later.
    func post(_ sql: String, _ arguments: SQLArguments) throws

    /// Holds back other transactions of any controller that ask for the same name, until this one ends.
    func lock(_ name: String) throws

    /// Notes that runs of a queue have their turn: whoever waits for that hears of it once the transaction is kept.
    func wake(_ queue: String)

    /// Makes room for the log segments of a day, counted from 1970, where the database keeps days apart.
    func prepareLogs(of day: Int64) throws

    /// Gives back the room of days before `day` that hold no segments.
    ///
    /// - Returns: how many days went.
    func dropEmptyLogDays(before day: Int64) throws -> Int
}

extension SQLSession {
    /// Runs it at once, as a database does that is in this process.
    func post(_ sql: String, _ arguments: SQLArguments) throws { try run(sql, arguments) }

    /// Nobody hears of it.
    func wake(_ queue: String) {}

    /// The rows of a statement without arguments.
    func rows(_ sql: String) throws -> [SQLRow] { try rows(sql, []) }

    /// The first row of a statement.
    func row(_ sql: String, _ arguments: SQLArguments = []) throws -> SQLRow? {
        try rows(sql, arguments).first
    }
}

/// A row of a result.
struct SQLRow: Sendable {
    /// The names of the columns; rows of one result share them.
    var columns: [String]
    var values: [SQLValue]
}

/// What has to be said differently to different databases.
struct SQLDialect: Sendable {
    /// Follows a SELECT whose rows the transaction is going to change: others that want the same rows wait.
    var forUpdate: String
    /// The same, but rows that others hold are passed over.
    var forUpdateSkippingLocked: String
    /// The same, but others that do so too do not wait for each other.
    var forShare: String
    /// The names of the migrations that were applied.
    var appliedMigrations: String
    /// The database's own wall clock, in microseconds since 1970, UTC; nil where it has none of its own.
    var clock: String?
    /// What the database takes up, in bytes.
    var databaseBytes: String
}
