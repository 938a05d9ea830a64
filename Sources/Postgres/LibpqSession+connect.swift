import CLibpq

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension LibpqSession {
    /// Connects within the configuration's time.
    func connect(
        _ configuration: PostgresConfiguration, _ cancellation: StatementCancellation
    ) -> Result<Void, PostgresError> {
        cancelGrace = configuration.cancelGrace
        connection = Self.start(configuration)
        prepared = [:]
        guard let connection else {
            return .failure(
                .connectFailed(
                    address: configuration.address, sqlState: nil, message: "libpq has no memory"
                ))
        }
        // Verbose messages carry the SQLSTATE, the only word of the server's that does not depend on its language.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        // libpq would print notices to stderr, which belongs to the program.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        let deadline = ContinuousClock.now + configuration.connectTimeout
        var polled = PGRES_POLLING_WRITING
        if PQstatus(connection) == CONNECTION_BAD { polled = PGRES_POLLING_FAILED }
        while true {
            switch polled {
            case PGRES_POLLING_OK:
                PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
                PQsetnonblocking(connection, 1)
                return .success(())
            case PGRES_POLLING_FAILED:
                let error = ConnectFailure(message: String(cString: PQerrorMessage(connection))).error(configuration)
                close()
                return .failure(error)
            default:
                break
            }
            switch wait(for: polled == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: deadline) {
            case .ready:
                polled = PQconnectPoll(connection)
            case .interrupted where cancellation.isCancelled:
                close()
                return .failure(.cancelled(statement: "connecting to \(configuration)"))
            case .interrupted:
                continue
            case .timedOut:
                close()
                return .failure(
                    .connectTimeout(
                        address: configuration.address, timeout: configuration.connectTimeout
                    ))
            }
        }
    }

    private static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
        var keywords = configuration.keywords
        keywords["password"] = configuration.password?.value
        keywords["client_encoding"] = "UTF8"
        if keywords["application_name"] == nil { keywords["fallback_application_name"] = "orch" }
        let names = keywords.keys.map { strdup($0) }
        let values = keywords.values.map { strdup($0) }
        defer { (names + values).forEach { free($0) } }
        let constNames = names.map { UnsafePointer($0) } + [nil]
        let constValues = values.map { UnsafePointer($0) } + [nil]
        return PQconnectStartParams(constNames, constValues, 0)
    }
}

/// Reads libpq's message of a failed connection attempt.
struct ConnectFailure {
    let message: String

    /// The SQLSTATE in `FATAL:  28P01: password authentication failed`, as verbose messages have it.
    var sqlState: String? {
        for line in message.split(whereSeparator: \.isNewline) {
            for part in line.split(separator: ": ") {
                let code = part.drop { $0 == " " }
                let isCode =
                    code.utf8.count == 5 && code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
                // Severities such as FATAL and PANIC have five letters too; codes have a digit.
                if isCode, code.contains(where: \.isNumber) { return String(code) }
            }
        }
        return nil
    }

    /// The message as one line, without the server's source location and the code that is told apart.
    var text: String {
        let lines = message.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
        let line = LibpqSession.oneLine(lines.joined(separator: "\n"))
        guard let sqlState, let code = line.firstRange(of: " \(sqlState): ") else { return line }
        return String(line[..<code.lowerBound] + line[code.upperBound...])
    }

    /// The error as a case of its own where what to do differs.
    func error(_ configuration: PostgresConfiguration) -> PostgresError {
        let address = configuration.address
        switch sqlState {
        case "28P01", "28000":
            let user = configuration.keywords["user"] ?? "(default)"
            return .authenticationFailed(user: user, address: address, message: text)
        case "3D000":
            return .unknownDatabase(name: configuration.database ?? "(default)", address: address)
        case nil where message.contains("no password supplied"):
            let user = configuration.keywords["user"] ?? "(default)"
            return .authenticationFailed(user: user, address: address, message: text)
        case nil where message.contains("could not translate host name"):
            return .unknownHost(address: address, message: text)
        case nil where message.contains("Connection refused") || message.contains("No such file or directory"):
            return .refused(address: address, message: text)
        case let state:
            return .connectFailed(address: address, sqlState: state, message: text)
        }
    }
}
