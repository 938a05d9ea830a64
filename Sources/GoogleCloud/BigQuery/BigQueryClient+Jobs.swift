import CurlTransport

extension BigQueryClient {
    /// Most generations of an id that are tried: each stands for a job that failed earlier.
    static let generationLimit = 100
    /// First pause while a job runs; it grows by half each time.
    static let firstPoll = Duration.milliseconds(200)
    /// Longest pause while a job runs.
    static let longestPoll = Duration.seconds(10)

    /// Describes a job.
    ///
    /// Maps to `GET /bigquery/v2/projects/{project}/jobs/{job}`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/get>.
    ///
    /// - Parameter location: Where it runs. Defaults to the client's.
    /// - Throws: `notFound`, also when the job runs in another location.
    package func job(_ id: String, location: String? = nil) async throws -> BigQueryJob {
        let resource = GoogleResource.job(id, in: project)
        var query = [(name: "projection", value: "full")]
        if let location = location ?? self.location { query.append(("location", location)) }
        let request = request(.get, path("jobs", id), query: query, resource: resource)
        return try await api.call(request).decoded(BigQueryJob.self, resource: resource)
    }

    /// Asks a job to stop; it may still end well.
    ///
    /// Maps to `POST /bigquery/v2/projects/{project}/jobs/{job}/cancel`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/cancel>.
    package func cancel(_ job: BigQueryJob) async throws {
        let resource = GoogleResource.job(job.id, in: project)
        let query = job.location.map { [(name: "location", value: $0)] } ?? []
        _ = try await api.call(request(.post, path("jobs", job.id, "cancel"), query: query, resource: resource))
    }

    /// Waits for the end of a job, asking ever more slowly, from 0.2 s to 10 s.
    ///
    /// Cancelling the task ends the waiting, not the job.
    ///
    /// - Parameter limit: Longest time to wait. Defaults to none.
    /// - Returns: The job that succeeded.
    /// - Throws: `jobFailed` with all errors, `locationMismatch`, `permissionDenied`, `jobUnfinished`.
    @discardableResult
    package func wait(for job: BigQueryJob, limit: Duration? = nil) async throws -> BigQueryJob {
        let ended = try await end(of: job, limit: limit)
        guard ended.hasFailed else { return ended }
        if let message = ended.errors.compactMap(\.message).first(where: { $0.contains("different location") }) {
            throw GoogleCloudError.locationMismatch(
                resource: "job \(ended.name)", message: GoogleCloudError.locationAdvice(message))
        }
        if let denial = ended.errors.first(where: { $0.reason == "accessDenied" }) {
            throw GoogleCloudError.permissionDenied(
                resource: denial.location ?? "what job \(ended.name) uses",
                permission: "that the server's message names",
                role:
                    "BigQuery Data Editor (roles/bigquery.dataEditor) on the dataset, and for a load from gs:// Storage "
                    + "Object Viewer (roles/storage.objectViewer) on the bucket",
                message: denial.message ?? "")
        }
        throw GoogleCloudError.jobFailed(job: ended.name, errors: ended.errors)
    }

    /// Runs a job under the caller's id and waits for it.
    ///
    /// A job of the id that is there already is taken for this one, unless it failed: then its id is spent, and the next
    /// generation is sent. So is it, after a pause, where this job fails for a reason that may pass. A cancelled task
    /// asks its job to stop.
    ///
    /// - Parameter insert: Sends the job under an id, and throws `alreadyExists` if there is one.
    func run(_ id: BigQueryJobID, insert: (BigQueryJobID) async throws -> BigQueryJob) async throws -> BigQueryJob {
        var id = id
        var attempts = api.retrier.begin()
        for _ in 0..<Self.generationLimit {
            do {
                let job: BigQueryJob
                do {
                    job = try await insert(id)
                } catch GoogleCloudError.alreadyExists {
                    let existing = try await self.job(id.description)
                    job = existing.isDone ? existing : try await settled(existing)
                    guard !job.hasFailed else { throw SpentID() }
                }
                return try await settled(job, throwing: true)
            } catch is SpentID {
                id = id.next
            } catch let error as GoogleCloudError where error.isFailedJob {
                try await attempts.pause(after: error)
                id = id.next
            }
        }
        throw GoogleCloudError.jobFailed(job: "\(project):\(id)", errors: [.spent(Self.generationLimit)])
    }

    private struct SpentID: Error {}

    /// Waits for a job of this task's; when the task is cancelled, the job is asked to stop.
    private func settled(_ job: BigQueryJob, throwing: Bool = false) async throws -> BigQueryJob {
        do {
            return throwing ? try await wait(for: job) : try await end(of: job, limit: nil)
        } catch let cancellation as CancellationError {
            // Whether or not it still stops: what was asked for is the end of this task.
            _ = await Task { try? await cancel(job) }.value
            throw cancellation
        }
    }

    func reference(_ id: BigQueryJobID) -> BigQueryJobRequest.Reference {
        BigQueryJobRequest.Reference(projectId: project, jobId: id.description, location: location)
    }

    /// Maps to `POST /bigquery/v2/projects/{project}/jobs`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/insert>.
    func insert(_ id: BigQueryJobID, _ configuration: BigQueryJobRequest.Configuration) async throws -> BigQueryJob {
        let resource = GoogleResource.job(id.description, in: project)
        var request = request(.post, path("jobs"), resource: resource)
        try request.setJSON(BigQueryJobRequest(jobReference: reference(id), configuration: configuration))
        // Emulators answer when the job is done.
        request.idle = .seconds(300)
        return try await api.call(request).decoded(BigQueryJob.self, resource: resource)
    }

    private func end(of job: BigQueryJob, limit: Duration?) async throws -> BigQueryJob {
        let start = api.retrier.elapsed()
        var job = job
        var pause = Self.firstPoll
        while !job.isDone {
            let waited = api.retrier.elapsed() - start
            if let limit, waited >= limit { throw GoogleCloudError.jobUnfinished(job: job.name, waited: waited) }
            try await api.retrier.sleep(limit.map { min(pause, $0 - waited) } ?? pause)
            pause = min(pause * 1.5, Self.longestPoll)
            job = try await self.job(job.id, location: job.location)
        }
        return job
    }
}

extension GoogleCloudError {
    fileprivate var isFailedJob: Bool {
        if case .jobFailed = self { true } else { false }
    }
}

extension BigQueryJobError {
    fileprivate static func spent(_ count: Int) -> BigQueryJobError {
        BigQueryJobError(reason: "duplicate", location: nil, message: "\(count) jobs of this id have failed")
    }
}
