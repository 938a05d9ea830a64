import CurlTransport

extension BigQueryClient {
    /// Loads objects of Cloud Storage into a table and waits for it.
    ///
    /// Maps to a [load job](https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet) with
    /// `sourceUris`. A job of this id that runs or succeeded is attached to; see `BigQueryJobID`.
    ///
    /// - Parameter uris: `gs://bucket/object`, in the dataset's location.
    /// - Returns: The job that succeeded.
    /// - Throws: `jobFailed` with all errors, `locationMismatch`.
    @discardableResult
    package func load(_ load: BigQueryLoad, from uris: [String], id: BigQueryJobID) async throws -> BigQueryJob {
        let body = BigQueryJobRequest.Load(load, uris: uris, project: project)
        return try await run(id) { try await insert($0, BigQueryJobRequest.Configuration(load: body)) }
    }

    /// Loads a local file into a table and waits for it.
    ///
    /// Maps to `POST /upload/bigquery/v2/projects/{project}/jobs` with `uploadType=resumable`, as
    /// [loading data with a POST request](https://cloud.google.com/bigquery/docs/reference/api-uploads) has it. A job
    /// of this id that runs or succeeded is attached to; see `BigQueryJobID`.
    ///
    /// - Parameter path: The file; it must not change meanwhile.
    /// - Returns: The job that succeeded.
    /// - Throws: `jobFailed` with all errors, `locationMismatch`, `localFile`.
    @discardableResult
    package func load(_ load: BigQueryLoad, file path: String, id: BigQueryJobID) async throws -> BigQueryJob {
        let file = try await LocalFile.reading(path)
        let length = try await file.length()
        let body = BigQueryJobRequest.Load(load, uris: nil, project: project)
        return try await run(id) { id in
            try await upload(path, length: length, id: id, configuration: BigQueryJobRequest.Configuration(load: body))
        }
    }

    private func upload(
        _ path: String,
        length: Int64,
        id: BigQueryJobID,
        configuration: BigQueryJobRequest.Configuration
    ) async throws -> BigQueryJob {
        let resource = GoogleResource.job(id.description, in: project)
        let contentType = "application/octet-stream"
        let session = ResumableUpload(
            api: api, resource: resource, path: path, extent: { _ in FileExtent(length: length, isWhole: true) },
            contentType: contentType, chunkSize: ResumableUpload.defaultChunkSize, checksum: nil)
        let answer = try await session.run {
            var request = request(
                .post, "/upload" + self.path("jobs"), query: [("uploadType", "resumable")], resource: resource)
            try request.setJSON(BigQueryJobRequest(jobReference: reference(id), configuration: configuration))
            request.headers["X-Upload-Content-Type"] = contentType
            request.headers["X-Upload-Content-Length"] = "\(length)"
            return try await api.call(request)
        }
        return try answer.decoded(BigQueryJob.self, resource: resource)
    }
}
