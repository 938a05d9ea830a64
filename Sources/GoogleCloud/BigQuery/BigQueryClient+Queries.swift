import CurlTransport

extension BigQueryClient {
    /// Runs standard SQL, one statement or a script, waits for it, and reads all rows of its (last) result.
    ///
    /// Maps to a [query job](https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationQuery) and
    /// `GET /bigquery/v2/projects/{project}/queries/{job}`, once for each page; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults>.
    ///
    /// - Parameters:
    ///   - sql: Statements; several make a script, in which `begin transaction` and `commit transaction` may stand.
    ///   - parameters: Values of `@name` in the text.
    ///   - dataset: Where tables named without one are. Defaults to nowhere.
    ///   - id: For what changes data: a job of this id that runs or succeeded is attached to, so that it happens once.
    ///     Defaults to a new one.
    ///   - maximumBytesBilled: A query that would bill more fails, and bills nothing. Defaults to no limit.
    ///   - pageSize: Rows asked for at a time. Defaults to 10,000.
    /// - Throws: `jobFailed` with all errors, `invalidRequest`, `locationMismatch`.
    package func query(
        _ sql: String,
        parameters: [BigQueryParameter] = [],
        dataset: String? = nil,
        id: BigQueryJobID? = nil,
        maximumBytesBilled: Int64? = nil,
        pageSize: Int = 10_000
    ) async throws -> BigQueryResult {
        let query = self.query(sql, parameters, dataset, maximumBytesBilled.map(String.init))
        let id = if let id { id } else { try BigQueryJobID(makeID()) }
        let job = try await run(id) { try await insert($0, BigQueryJobRequest.Configuration(query: query)) }
        return try await result(of: job, pageSize: pageSize)
    }

    /// Checks standard SQL without running it.
    ///
    /// Maps to a query job with
    /// [`dryRun`](https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfiguration), which is none that is there
    /// afterwards.
    ///
    /// - Returns: How many bytes it would read.
    /// - Throws: `invalidRequest`, `notFound`, `locationMismatch`.
    package func dryRun(
        _ sql: String, parameters: [BigQueryParameter] = [], dataset: String? = nil
    ) async throws -> Int64 {
        let id = try BigQueryJobID(makeID())
        let resource = GoogleResource.job(id.description, in: project)
        var request = request(.post, path("jobs"), resource: resource)
        let configuration = BigQueryJobRequest.Configuration(
            query: query(sql, parameters, dataset, nil), dryRun: true)
        try request.setJSON(BigQueryJobRequest(jobReference: reference(id), configuration: configuration))
        let answer = try await api.call(request).decoded(DryRun.self, resource: resource)
        if let error = answer.status?.errorResult {
            throw GoogleCloudError.jobFailed(job: "\(project):\(id)", errors: [error])
        }
        return answer.statistics?.totalBytesProcessed?.value ?? answer.statistics?.query?.totalBytesProcessed?.value
            ?? 0
    }

    /// What is read of the answer to a dry run. Its job has no id.
    private struct DryRun: Decodable {
        struct Status: Decodable { let errorResult: BigQueryJobError? }
        struct Query: Decodable { let totalBytesProcessed: TextualInt64? }
        struct Statistics: Decodable {
            let totalBytesProcessed: TextualInt64?
            let query: Query?
        }
        let status: Status?
        let statistics: Statistics?
    }

    private func query(
        _ sql: String, _ parameters: [BigQueryParameter], _ dataset: String?, _ maximumBytesBilled: String?
    ) -> BigQueryJobRequest.Query {
        BigQueryJobRequest.Query(
            query: sql,
            defaultDataset: dataset.map { .init(projectId: project, datasetId: $0) },
            parameterMode: parameters.isEmpty ? nil : "NAMED",
            queryParameters: parameters.isEmpty ? nil : parameters,
            maximumBytesBilled: maximumBytesBilled
        )
    }

    /// Reads the result of a query job that has ended.
    private func result(of job: BigQueryJob, pageSize: Int) async throws -> BigQueryResult {
        var fields: [BigQueryField] = []
        var names: [String] = []
        var rows: [BigQueryRow] = []
        var affected = job.numDmlAffectedRows
        var token: String?
        repeat {
            let page = try await page(of: job, size: pageSize, token: token)
            if let schema = page.schema?.fields {
                fields = schema
                names = schema.map(\.name)
            }
            for row in page.rows ?? [] {
                rows.append(BigQueryRow(names: names, values: row.f.map(\.v)))
            }
            affected = affected ?? page.numDmlAffectedRows?.value
            token = page.pageToken
        } while token != nil
        return BigQueryResult(job: job, fields: fields, rows: rows, numDmlAffectedRows: affected)
    }

    private func page(of job: BigQueryJob, size: Int, token: String?) async throws -> BigQueryResultPage {
        let resource = GoogleResource.job(job.id, in: project)
        var query = [(name: "maxResults", value: "\(size)"), (name: "formatOptions.useInt64Timestamp", value: "true")]
        if let location = job.location { query.append(("location", location)) }
        if let token { query.append(("pageToken", token)) }
        let request = request(.get, path("queries", job.id), query: query, resource: resource)
        let page = try await api.call(request).decoded(BigQueryResultPage.self, resource: resource)
        guard page.jobComplete else {
            throw GoogleCloudError.malformedAnswer(resource: resource.name, cause: IncompleteResult(job: job.name))
        }
        return page
    }
}

/// Rows were asked for after the job's end, and the server says that it still runs.
struct IncompleteResult: Error, CustomStringConvertible {
    let job: String

    var description: String { "job \(job) is done, but its result says that it is not complete" }
}
