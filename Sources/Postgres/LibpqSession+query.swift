import CLibpq
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension LibpqSession {
    /// Runs a statement with parameters, or several statements without, and returns the last result.
    func execute(
        _ sql: String, _ parameters: [String?], _ cancellation: StatementCancellation?
    ) -> Result<PostgresResult, PostgresError> {
        guard connection != nil else { return .failure(.closed) }
        guard send(sql, parameters) else { return .failure(lost(sql)) }
        return collect(sql, cancellation).flatMap { answer in
            switch answer {
            case .result(let result): return .success(result)
            case .copyIn:
                let refused = endCopy(sql, error: "the client expected no COPY", cancellation)
                if case .failure(.connectionLost(let statement, let message)) = refused {
                    return .failure(.connectionLost(statement: statement, message: message))
                }
                return .failure(.unexpectedAnswer(statement: sql, got: "a request for COPY data"))
            }
        }
    }

    /// What a statement was answered with.
    enum Answer {
        case result(PostgresResult)
        /// The server waits for COPY data.
        case copyIn
    }

    private func send(_ sql: String, _ parameters: [String?]) -> Bool {
        guard !parameters.isEmpty else { return PQsendQuery(connection, sql) == 1 }
        let values = parameters.map { $0.flatMap { strdup($0) } }
        defer { values.forEach { free($0) } }
        let constValues = values.map { $0.map { UnsafePointer($0) } }
        return PQsendQueryParams(connection, sql, Int32(parameters.count), nil, constValues, nil, nil, 0) == 1
    }

    /// Reads the answers of a statement that was sent, to their end or to the request for COPY data.
    /// - Parameters:
    ///   - deadline: when to close the connection instead. Defaults to never.
    ///   - reading: takes each result in place of the answer, where it is to be read in another way.
    func collect(
        _ sql: String, _ cancellation: StatementCancellation?, until deadline: ContinuousClock.Instant? = nil,
        reading: ((OpaquePointer) -> Void)? = nil
    ) -> Result<Answer, PostgresError> {
        var canceller = Canceller(session: self, cancellation: cancellation, deadline: deadline)
        var last: Result<PostgresResult, PostgresError>?
        guard flush(&canceller) else { return .failure(canceller.failure(sql)) }
        while true {
            while PQisBusy(connection) == 1 {
                guard canceller.wait(for: POLLIN), PQconsumeInput(connection) == 1 else {
                    return .failure(canceller.failure(sql))
                }
            }
            guard let result = PQgetResult(connection) else { break }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COPY_IN:
                return .success(.copyIn)
            case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                close()
                return .failure(.unexpectedAnswer(statement: sql, got: "COPY data"))
            case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
                if case .failure = last { continue }
                last = .failure(error(of: result, sql))
            default:
                if case .failure = last { continue }
                reading?(result)
                last = .success(reading == nil ? PostgresResult(result) : PostgresResult())
            }
        }
        guard canceller.settle() else { return .failure(canceller.failure(sql)) }
        if PQstatus(connection) == CONNECTION_BAD { return .failure(lost(sql)) }
        if canceller.wasSent, case .failure(.server(let error)) = last, error.sqlState == "57014" {
            return .failure(.cancelled(statement: sql))
        }
        return (last ?? .success(PostgresResult())).map { .result($0) }
    }

    /// Sends what libpq has buffered; reads meanwhile, as the server may be waiting for us to.
    func flush(_ canceller: inout Canceller) -> Bool {
        while true {
            switch PQflush(connection) {
            case 0: return true
            case 1:
                guard canceller.wait(for: POLLIN | POLLOUT), PQconsumeInput(connection) == 1 else { return false }
            default: return false
            }
        }
    }

    func error(of result: OpaquePointer, _ sql: String) -> PostgresError {
        let field = { (code: Int32) in PQresultErrorField(result, code).map { String(cString: $0) } }
        guard let sqlState = field(Int32(UInt8(ascii: "C"))) else {
            return .connectionLost(statement: sql, message: Self.oneLine(String(cString: PQresultErrorMessage(result))))
        }
        return .server(
            PostgresServerError(
                sqlState: sqlState,
                message: field(Int32(UInt8(ascii: "M"))) ?? "",
                detail: field(Int32(UInt8(ascii: "D"))),
                hint: field(Int32(UInt8(ascii: "H"))),
                context: field(Int32(UInt8(ascii: "W"))),
                statement: sql
            ))
    }
}

extension PostgresResult {
    init() {
        self.init(columns: [], rows: [], affectedRows: 0, command: "")
    }

    /// Copies a libpq result.
    init(_ result: OpaquePointer) {
        let width = PQnfields(result)
        columns = (0..<width).map { String(cString: PQfname(result, $0)) }
        types = (0..<width).map { PQftype(result, $0) }
        rows = (0..<PQntuples(result)).map { row in
            (0..<width).map { column in
                PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
        affectedRows = Int(String(cString: PQcmdTuples(result))) ?? 0
        command = String(cString: PQcmdStatus(result))
    }
}
