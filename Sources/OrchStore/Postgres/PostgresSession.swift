import Postgres

/// A transaction of PostgreSQL. What is posted waits here and travels together with the next statement that answers, or
/// with the commit: the server is waited for once.
///
/// Belongs to the connection's own thread, like the statements it is made of.
final class PostgresSession: SQLSession {
    private let statements: PostgresStatements
    private var posted: [PipelinedStatement] = []

    /// - Parameter begin: the statement that begins the transaction; nil where one has begun already.
    init(statements: PostgresStatements, begin: String?) {
        self.statements = statements
        if let begin { posted.append(PipelinedStatement(begin)) }
    }

    /// Rows are locked one by one, as other transactions, of other controllers too, run beside this one.
    var dialect: SQLDialect {
        SQLDialect(
            forUpdate: "FOR UPDATE", forUpdateSkippingLocked: "FOR UPDATE SKIP LOCKED",
            forShare: "FOR SHARE",
            appliedMigrations: "SELECT name FROM orch_migration",
            clock: "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
            databaseBytes: "SELECT pg_database_size(current_database())")
    }

    func rows(_ sql: String, _ arguments: SQLArguments) throws -> [SQLRow] {
        let result = try execute(sql, arguments)
        return result.rows.map { SQLRow(columns: result.columns, values: $0.map(SQLValue.init)) }
    }

    func run(_ sql: String, _ arguments: SQLArguments) throws -> Int {
        try execute(sql, arguments).affectedRows
    }

    func post(_ sql: String, _ arguments: SQLArguments) {
        posted.append(Self.statement(sql, arguments))
    }

    func lock(_ name: String) throws {
        _ = try answer(
            to: PipelinedStatement(
                "SELECT pg_advisory_xact_lock(\(Self.lockSpace), hashtext($1))", [.text(name)]))
    }

    /// Ends the transaction and keeps what it changed.
    func commit() throws(PostgresError) {
        let committed = try answer(to: PipelinedStatement(Self.commit))
        // A transaction that has failed is rolled back by COMMIT, which is no error to the server.
        guard committed.command == Self.commit else {
            throw PostgresError.unexpectedAnswer(statement: Self.commit, got: committed.command)
        }
    }

    static let commit = "COMMIT"

    /// Tells our locks from those of other programs in the same database.
    static let lockSpace = 0x6F72_6368

    private func execute(_ sql: String, _ arguments: SQLArguments) throws -> PostgresRows {
        try answer(to: Self.statement(sql, arguments))
    }

    private func answer(to statement: PipelinedStatement) throws(PostgresError) -> PostgresRows {
        let before = posted
        posted = []
        guard !before.isEmpty else { return try statements.execute(statement.sql, statement.parameters) }
        return try statements.pipeline(before + [statement])
    }

    private static func statement(_ sql: String, _ arguments: SQLArguments) -> PipelinedStatement {
        PipelinedStatement(numbered(sql), arguments.values.map(PostgresValue.init))
    }

    /// Placeholders as PostgreSQL has them: `$1` for `?1`, and for the first `?`. Our statements hold no other question
    /// marks, as values never are part of a statement.
    static func numbered(_ sql: String) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(sql.utf8.count + 16)
        var count = 0
        var isAfterMark = false
        for byte in sql.utf8 {
            if isAfterMark {
                isAfterMark = false
                if !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                    count += 1
                    text.append(contentsOf: "\(count)".utf8)
                }
            }
            isAfterMark = byte == UInt8(ascii: "?")
            text.append(isAfterMark ? UInt8(ascii: "$") : byte)
        }
        if isAfterMark { text.append(contentsOf: "\(count + 1)".utf8) }
        return String(decoding: text, as: UTF8.self)
    }
}

extension PostgresValue {
    fileprivate init(_ value: SQLValue) {
        switch value {
        case .null: self = .null
        case .integer(let number): self = .integer(number)
        case .real(let number): self = .real(number)
        case .text(let text): self = .text(text)
        case .blob(let bytes): self = .bytes(bytes)
        }
    }
}

extension SQLValue {
    fileprivate init(_ value: PostgresValue) {
        switch value {
        case .null: self = .null
        case .integer(let number): self = .integer(number)
        case .real(let number): self = .real(number)
        case .text(let text): self = .text(text)
        case .bytes(let bytes): self = .blob(bytes)
        }
    }
}
