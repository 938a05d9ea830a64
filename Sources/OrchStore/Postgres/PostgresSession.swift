import Postgres

/// A transaction of PostgreSQL.
struct PostgresSession: SQLSession {
    let statements: PostgresStatements

    /// Rows are locked one by one, as other transactions, of other controllers too, run beside this one.
    var dialect: SQLDialect {
        SQLDialect(
            forUpdate: "FOR UPDATE", forUpdateSkippingLocked: "FOR UPDATE SKIP LOCKED",
            appliedMigrations: "SELECT name FROM orch_migration",
            databaseBytes: "SELECT pg_database_size(current_database())")
    }

    func rows(_ sql: String, _ arguments: SQLArguments) throws -> [SQLRow] {
        let result = try execute(sql, arguments)
        return result.rows.map { SQLRow(columns: result.columns, values: $0.map(SQLValue.init)) }
    }

    func run(_ sql: String, _ arguments: SQLArguments) throws -> Int {
        try execute(sql, arguments).affectedRows
    }

    func lock(_ name: String) throws {
        _ = try statements.execute(
            "SELECT pg_advisory_xact_lock(\(Self.lockSpace), hashtext($1))", [.text(name)])
    }

    /// Tells our locks from those of other programs in the same database.
    static let lockSpace = 0x6F72_6368

    private func execute(_ sql: String, _ arguments: SQLArguments) throws -> PostgresRows {
        try statements.execute(Self.numbered(sql), arguments.values.map(PostgresValue.init))
    }

    /// Placeholders as PostgreSQL has them: `$1` for `?1`, and for the first `?`. Our statements hold no other question
    /// marks, as values never are part of a statement.
    static func numbered(_ sql: String) -> String {
        var text = ""
        text.reserveCapacity(sql.utf8.count + 16)
        var count = 0
        var isAfterMark = false
        for character in sql {
            if isAfterMark {
                isAfterMark = false
                if !("0"..."9").contains(character) {
                    count += 1
                    text += "\(count)"
                }
            }
            if character == "?" {
                text.append("$")
                isAfterMark = true
            } else {
                text.append(character)
            }
        }
        return isAfterMark ? text + "\(count + 1)" : text
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
