import CurlTransport

extension CloudStorageClient {
    /// Describes a bucket.
    ///
    /// Maps to [`GET /storage/v1/b/{bucket}`](https://cloud.google.com/storage/docs/json_api/v1/buckets/get).
    /// - Throws: `notFound`, `permissionDenied` (also for a bucket of someone else).
    package func bucket(_ name: String) async throws -> CloudStorageBucket {
        let resource = GoogleResource.bucket(name)
        let request = request(.get, Self.path(bucket: name), query: [("projection", "noAcl")], resource: resource)
        return try await api.call(request).decoded(CloudStorageBucket.self, resource: resource)
    }

    /// Creates a bucket.
    ///
    /// Maps to [`POST /storage/v1/b`](https://cloud.google.com/storage/docs/json_api/v1/buckets/insert).
    ///
    /// - Parameters:
    ///   - name: Unique in all of Google Cloud.
    ///   - project: The project that owns it.
    ///   - location: Such as `EU`. Defaults to Google's choice, `US`.
    /// - Throws: `alreadyExists`, `invalidName` before anything is sent.
    @discardableResult
    package func createBucket(
        _ name: String,
        project: String,
        location: String? = nil
    ) async throws -> CloudStorageBucket {
        try CloudStorageName.checkBucket(name)
        let resource = GoogleResource.bucket(name, creating: true)
        var request = request(.post, "/storage/v1/b", query: [("project", project)], resource: resource)
        try request.setJSON(NewBucket(name: name, location: location))
        return try await api.call(request).decoded(CloudStorageBucket.self, resource: resource)
    }

    /// The bucket, created if it is not there.
    ///
    /// - Throws: `permissionDenied` when the name belongs to someone else.
    @discardableResult
    package func ensureBucket(
        _ name: String,
        project: String,
        location: String? = nil
    ) async throws -> CloudStorageBucket {
        do {
            return try await createBucket(name, project: project, location: location)
        } catch GoogleCloudError.alreadyExists {
            return try await bucket(name)
        }
    }

    private struct NewBucket: Encodable {
        let name: String
        let location: String?
    }
}
