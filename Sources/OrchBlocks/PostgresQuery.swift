import OrchModel
import Postgres

/// Statements on a connection of their own.
struct PostgresQuery: Sendable {
    let configuration: PostgresConfiguration
    /// What the database is called in errors.
    let name: String
    /// How long a statement may take; nil: any time.
    let timeout: Duration?

    /// Runs statements in one transaction, or one by itself.
    ///
    /// - Returns: what each brought.
    func run(_ statements: [SQLStatement], inTransaction: Bool) async throws -> [QueryRows] {
        try await connected { connection in
            guard inTransaction else {
                var results: [QueryRows] = []
                for statement in statements { results.append(try await self.run(statement, connection)) }
                return results
            }
            return try await connection.transaction {
                var results: [QueryRows] = []
                for statement in statements { results.append(try await self.run(statement, connection)) }
                return results
            }
        }
    }

    /// Runs a text of several statements in one transaction.
    ///
    /// - Throws: ``QueryFailure`` where one of the statements ended the transaction.
    func script(_ text: String) async throws -> QueryRows {
        try check(text)
        return try await connected { connection in
            try await connection.transaction {
                let before = try await connection.query("SELECT txid_current()").firstValue
                let result = QueryRows(try await connection.query(text))
                let after = try await connection.query("SELECT txid_current()").firstValue
                guard before == after else {
                    throw QueryFailure(
                        "the script on \(name) ended its transaction itself, so that a part of it may be kept: take COMMIT, ROLLBACK "
                            + "and BEGIN out of it")
                }
                return result
            }
        }
    }

    private func run(_ statement: SQLStatement, _ connection: PostgresConnection) async throws -> QueryRows {
        try check(statement.text)
        if let index = statement.parameters.firstIndex(where: { $0.text?.utf8.contains(0) == true }) {
            throw QueryFailure("the parameter $\(index + 1) holds a NUL, which no text in PostgreSQL can")
        }
        return QueryRows(try await connection.query(statement.text, statement.parameters.map(\.text)))
    }

    /// A NUL would end the text for the server, whatever follows.
    private func check(_ text: String) throws {
        guard text.utf8.contains(0) else { return }
        throw QueryFailure("the statement on \(name) holds a NUL, which no text in PostgreSQL can")
    }

    private func connected<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        do {
            return try await PostgresConnection.with(configuration) { connection in
                if let timeout {
                    let milliseconds = max(1, Int(min(timeout / .milliseconds(1), 2_147_483_647).rounded(.up)))
                    try await connection.query("SET statement_timeout = \(milliseconds)")
                }
                return try await body(connection)
            }
        } catch let error as PostgresError {
            switch error {
            case .cancelled: throw CancellationError()
            case .server(let server) where server.sqlState == "57014" && !Task.isCancelled && timeout != nil:
                let seconds = (timeout ?? .zero) / .seconds(1)
                throw QueryFailure("a statement on \(name) took longer than the \(seconds) s it may")
            case .server(var server):
                // It quotes values of the row, such as the key that is there already: states and logs show none.
                server.detail = nil
                throw PostgresError.server(server)
            default: throw error
            }
        }
    }
}

extension QueryRows {
    init(_ result: PostgresResult) {
        let types = result.types
        self.init(
            columns: result.columns,
            rows: result.rows.map { row in
                row.enumerated().map { index, text in
                    JSONValue(postgres: text, type: index < types.count ? types[index] : 0)
                }
            },
            affectedRows: result.affectedRows)
    }
}

extension JSONValue {
    /// A value as PostgreSQL writes it.
    ///
    /// - Parameter type: its type's object identifier, as
    ///   [pg_type.dat](https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_type.dat) has it.
    fileprivate init(postgres text: String?, type: UInt32) {
        guard let text else {
            self = .null
            return
        }
        switch type {
        case 16: self = .bool(text == "t")
        case 20, 21, 23, 26: self = Int64(text).map { .int($0) } ?? .string(text)
        case 700, 701:
            let number = Double(text)
            self = number.map { $0.isFinite ? .double($0) : .string(text) } ?? .string(text)
        case 114, 3802: self = (try? JSONValue(parsing: text)) ?? .string(text)
        case 1184: self = .string(Self.instant(text)?.description ?? text)
        default: self = .string(text)
        }
    }

    /// `2020-07-01 00:15:13.5+00` as an instant; nil where the session has another style of dates.
    private static func instant(_ text: String) -> Timestamp? {
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }), text.contains(":") else { return nil }
        let offset = text[text.index(after: sign)...]
        return Timestamp(offset.contains(":") ? text : "\(text):00")
    }
}
