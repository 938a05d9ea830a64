import CurlTransport

extension CloudStorageClient {
    /// Describes an object.
    ///
    /// Maps to `GET /storage/v1/b/{bucket}/o/{object}`; see
    /// <https://cloud.google.com/storage/docs/json_api/v1/objects/get>.
    /// - Throws: `notFound`.
    package func stat(_ object: String, in bucket: String) async throws -> CloudStorageObject {
        let resource = GoogleResource.object(object, in: bucket, to: .read)
        let path = Self.path(bucket: bucket, object: object)
        let request = request(.get, path, query: [("projection", "noAcl")], resource: resource)
        return try await api.call(request).decoded(CloudStorageObject.self, resource: resource)
    }

    /// All objects whose names begin with `prefix`, in the order of their names.
    ///
    /// Maps to [`GET /storage/v1/b/{bucket}/o`](https://cloud.google.com/storage/docs/json_api/v1/objects/list), once
    /// for each page.
    ///
    /// - Parameters:
    ///   - prefix: Defaults to all objects.
    ///   - pageSize: Objects asked for at a time. Defaults to 1,000, the most there is.
    package func list(
        bucket: String,
        prefix: String = "",
        pageSize: Int = 1000
    ) async throws -> [CloudStorageObject] {
        let resource = GoogleResource.objects(of: bucket)
        var objects: [CloudStorageObject] = []
        var token: String?
        repeat {
            var query = [(name: "projection", value: "noAcl"), (name: "maxResults", value: "\(pageSize)")]
            if !prefix.isEmpty { query.append(("prefix", prefix)) }
            if let token { query.append(("pageToken", token)) }
            let request = request(.get, Self.path(bucket: bucket) + "/o", query: query, resource: resource)
            let page = try await api.call(request).decoded(CloudStorageObjectPage.self, resource: resource)
            objects += page.items ?? []
            token = page.nextPageToken
        } while token != nil
        return objects
    }

    /// Removes an object; one that is not there is fine.
    ///
    /// Maps to `DELETE /storage/v1/b/{bucket}/o/{object}`; see
    /// <https://cloud.google.com/storage/docs/json_api/v1/objects/delete>.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    package func delete(
        _ object: String,
        in bucket: String,
        ifGenerationMatch generation: Int64? = nil
    ) async throws -> Bool {
        let resource = GoogleResource.object(object, in: bucket, to: .delete)
        let query = Self.precondition(generation)
        let request = request(.delete, Self.path(bucket: bucket, object: object), query: query, resource: resource)
        do {
            _ = try await api.call(request)
            return true
        } catch GoogleCloudError.notFound {
            return false
        }
    }

    /// `ifGenerationMatch`, where asked for; 0 means that the object must not be there.
    static func precondition(_ generation: Int64?) -> [(name: String, value: String)] {
        generation.map { [("ifGenerationMatch", "\($0)")] } ?? []
    }
}
