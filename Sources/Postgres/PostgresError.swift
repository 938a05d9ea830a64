/// What can go wrong between us and a PostgreSQL server. No case holds a password or a statement's parameters.
package enum PostgresError: Error, Sendable {
    /// A connection URL cannot be read.
    case invalidURL(reason: String)
    /// Nothing accepts connections at the address.
    case refused(address: String, message: String)
    /// The host's name cannot be resolved.
    case unknownHost(address: String, message: String)
    /// The server did not answer within the time.
    case connectTimeout(address: String, timeout: Duration)
    /// The server does not accept the user and password, or this user from this host.
    case authenticationFailed(user: String, address: String, message: String)
    /// The server has no such database.
    case unknownDatabase(name: String, address: String)
    /// Connecting failed for another reason, such as TLS or too many connections.
    case connectFailed(address: String, sqlState: String?, message: String)
    /// The server refused a statement.
    case server(PostgresServerError)
    /// The connection broke in the middle of a statement.
    case connectionLost(statement: String, message: String)
    /// The task was cancelled; the statement was stopped.
    case cancelled(statement: String)
    /// The connection was closed before.
    case closed
    /// Another statement is running on this connection, which runs one at a time.
    case busy(statement: String)
    /// The system has no thread left for the connection; `code` is its error number.
    case noThread(code: Int32)
    /// What feeds a COPY failed; the COPY was abandoned, no row of it remains.
    case copySource(any Error)
    /// The server answered with something that the call cannot use, such as rows to a COPY.
    case unexpectedAnswer(statement: String, got: String)
}

/// A statement's error as the server reports it.
/// https://www.postgresql.org/docs/current/protocol-error-fields.html
package struct PostgresServerError: Sendable, Equatable {
    /// The five characters of the SQLSTATE, such as `23505`.
    package var sqlState: String
    /// What went wrong.
    package var message: String
    /// More of it.
    package var detail: String?
    /// What may help.
    package var hint: String?
    /// Where it happened, such as `COPY rides, line 3, column fare_amount`.
    package var context: String?
    /// The statement, without its parameters.
    package var statement: String
}

extension PostgresError: CustomStringConvertible {
    /// What failed, where, and what to do.
    package var description: String {
        switch self {
        case .invalidURL(let reason):
            return
                "The PostgreSQL URL cannot be read: \(reason). Expected postgresql://user:password@host:port/database."
        case .refused(let address, let message):
            return "No PostgreSQL server answers at \(address) (\(message)). Is it running, and is the address right? "
                + "Inside a container, localhost is the container itself."
        case .unknownHost(let address, let message):
            return
                "The host of \(address) is not known (\(message)). Is its name right, and is it in our network?"
        case .connectTimeout(let address, let timeout):
            return "The PostgreSQL server at \(address) did not answer within \(timeout). Is a firewall in the way?"
        case .authenticationFailed(let user, let address, let message):
            return "The PostgreSQL server at \(address) did not accept user \"\(user)\" (\(message)). "
                + "Check the user, the password and the server's pg_hba.conf."
        case .unknownDatabase(let name, let address):
            return "The PostgreSQL server at \(address) has no database \"\(name)\". "
                + "Create it with: createdb \(name)"
        case .connectFailed(let address, let sqlState, let message):
            return
                "Connecting to PostgreSQL at \(address) failed: \(message)\(sqlState.map { ", SQLSTATE \($0)" } ?? "")."
        case .server(let error):
            return error.description
        case .connectionLost(let statement, let message):
            let outcome =
                statement == "COMMIT"
                ? "Whether the transaction took effect is not known; look, or do again what may be done twice."
                : "An open transaction was rolled back by the server; try again."
            return
                "The connection to PostgreSQL broke (\(message)) while executing: \(Self.short(statement)). \(outcome)"
        case .cancelled(let statement):
            return "Cancelled while executing: \(Self.short(statement))."
        case .closed:
            return "The PostgreSQL connection is closed. Open another."
        case .busy(let statement):
            return "The PostgreSQL connection is busy with another statement; it runs one at a time. "
                + "Wait for it, or open a second connection for: \(Self.short(statement))."
        case .noThread(let code):
            return
                "No thread can be started for a PostgreSQL connection (error \(code)). Is a limit reached?"
        case .copySource(let error):
            return "What feeds the COPY failed, nothing of it was kept: \(error)"
        case .unexpectedAnswer(let statement, let got):
            return "PostgreSQL answered with \(got), which this call cannot use, to: \(Self.short(statement))."
        }
    }

    static func short(_ statement: String) -> String {
        statement.count > 500 ? statement.prefix(500) + "…" : statement
    }
}

extension PostgresServerError: CustomStringConvertible {
    /// Message, detail, hint, place, what to do, SQLSTATE and statement.
    package var description: String {
        let details = [
            message, detail, hint.map { "Hint: \($0)" }, context.map { "Where: \($0)" }, advice,
        ].compactMap(\.self)
        return "PostgreSQL: " + details.map { $0.hasSuffix(".") ? $0 : $0 + "." }.joined(separator: " ")
            + " SQLSTATE \(sqlState), while executing: \(PostgresError.short(statement))"
    }

    /// What to do where the server's own words do not say it.
    private var advice: String? {
        switch sqlState {
        case "42501": "The role lacks a right; let the owner or an administrator grant it"
        case "53100": "The server's disk is full; make room there and try again"
        case "57014": "The server or an administrator stopped the statement; is statement_timeout too short for it?"
        case "25006": "The server takes no writes; is it a replica?"
        default: nil
        }
    }
}

extension PostgresError {
    /// The SQLSTATE of a server's error, or nil.
    package var sqlState: String? {
        switch self {
        case .server(let error): error.sqlState
        case .connectFailed(_, let sqlState, _): sqlState
        default: nil
        }
    }

    /// Whether the same call may succeed a little later: nothing answers (yet), the connection broke, the server is
    /// starting, stopping, out of connections, or gave way to another transaction.
    package var isTransient: Bool {
        switch self {
        case .refused, .unknownHost, .connectTimeout, .connectionLost: true
        default:
            // https://www.postgresql.org/docs/current/errcodes-appendix.html
            ["08", "40", "53", "57P"].contains { sqlState?.hasPrefix($0) == true } && sqlState != "57P04"
        }
    }
}
