import CLibpq

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension LibpqSession {
    /// Runs prepared statements one after the other with one wait for all of them; answers what the last one returned.
    ///
    /// After the first that fails the server skips the rest: its error is the answer.
    /// https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
    func executePipelined(
        _ steps: [PipelinedStatement], _ cancellation: StatementCancellation?
    ) -> Result<PostgresRows, PostgresError> {
        guard connection != nil else { return .failure(.closed) }
        var names: [String] = []
        for step in steps {
            switch prepare(step.sql, cancellation) {
            case .success(let name): names.append(name)
            case .failure(let error): return .failure(error)
            }
        }
        let sql = steps.last?.sql ?? ""
        guard PQenterPipelineMode(connection) == 1 else { return .failure(lost(sql)) }
        for (step, name) in zip(steps, names) {
            guard send(name, step.parameters) else { return .failure(lost(step.sql)) }
        }
        guard PQpipelineSync(connection) == 1 else { return .failure(lost(sql)) }
        let outcome = answers(to: steps, cancellation)
        guard connection != nil else { return outcome }
        guard PQexitPipelineMode(connection) == 1 else { return .failure(lost(sql)) }
        return outcome
    }

    /// Reads the answers to all of a pipeline's statements and to its end.
    private func answers(
        to steps: [PipelinedStatement], _ cancellation: StatementCancellation?
    ) -> Result<PostgresRows, PostgresError> {
        var canceller = Canceller(session: self, cancellation: cancellation)
        var outcome = Result<PostgresRows, PostgresError>.success(PostgresRows(columns: [], rows: [], affectedRows: 0))
        var index = 0
        var isOver = false
        guard flush(&canceller) else { return .failure(canceller.failure(steps.last?.sql ?? "")) }
        while !isOver {
            let sql = steps[min(index, steps.count - 1)].sql
            while PQisBusy(connection) == 1 {
                guard canceller.wait(for: POLLIN), PQconsumeInput(connection) == 1 else {
                    return .failure(canceller.failure(sql))
                }
            }
            // The answers to a statement end with none.
            guard let result = PQgetResult(connection) else {
                guard PQstatus(connection) != CONNECTION_BAD else { return .failure(lost(sql)) }
                index += 1
                continue
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC: isOver = true
            case PGRES_PIPELINE_ABORTED: break
            case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
                if case .success = outcome { outcome = .failure(error(of: result, sql)) }
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                close()
                return .failure(.unexpectedAnswer(statement: sql, got: "COPY data"))
            default:
                if case .success = outcome { outcome = Self.rows(result, sql) }
            }
        }
        guard canceller.settle() else { return .failure(canceller.failure(steps.last?.sql ?? "")) }
        if canceller.wasSent, case .failure(.server(let error)) = outcome, error.sqlState == "57014" {
            return .failure(.cancelled(statement: error.statement))
        }
        return outcome
    }
}
