import CurlTransport

/// A dataset, as BigQuery describes it.
///
/// Maps to the [dataset resource](https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets#Dataset).
package struct BigQueryDataset: Sendable, Hashable {
    /// The dataset's id within its project.
    package let id: String
    /// Where its tables lie.
    package let location: String?
}

extension BigQueryClient {
    /// Describes a dataset.
    ///
    /// Maps to `GET /bigquery/v2/projects/{project}/datasets/{dataset}`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/get>.
    /// - Throws: `notFound`, `invalidName` before anything is sent.
    package func dataset(_ id: String) async throws -> BigQueryDataset {
        try BigQueryName.checkDataset(id)
        let resource = GoogleResource.dataset(id, in: project)
        return try await call(request(.get, path("datasets", id), resource: resource))
    }

    /// The dataset, created in the client's location if it is not there.
    ///
    /// Maps to `POST /bigquery/v2/projects/{project}/datasets`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/insert>.
    /// - Throws: `locationMismatch` when it lies elsewhere than the client's jobs run, `invalidName` before anything is
    ///   sent.
    @discardableResult
    package func ensureDataset(_ id: String) async throws -> BigQueryDataset {
        try BigQueryName.checkDataset(id)
        let resource = GoogleResource.dataset(id, in: project, to: .create)
        var request = request(.post, path("datasets"), resource: resource)
        try request.setJSON(
            DatasetResource(
                datasetReference: DatasetResource.Reference(projectId: project, datasetId: id), location: location))
        do {
            return try await call(request)
        } catch GoogleCloudError.alreadyExists {
            let existing = try await dataset(id)
            if let wanted = location, let found = existing.location, wanted.uppercased() != found.uppercased() {
                throw GoogleCloudError.locationMismatch(
                    resource: resource.name,
                    message: "it lies in \(found), but the location set is \(wanted); set the location to \(found), or "
                        + "take another dataset")
            }
            return existing
        }
    }

    /// Removes a dataset; one that is not there is fine.
    ///
    /// Maps to `DELETE /bigquery/v2/projects/{project}/datasets/{dataset}`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/delete>.
    ///
    /// - Parameter withTables: Also its tables, all of them; else a dataset that holds any is refused.
    /// - Returns: Whether it was there.
    @discardableResult
    package func deleteDataset(_ id: String, withTables: Bool = false) async throws -> Bool {
        try BigQueryName.checkDataset(id)
        let request = request(
            .delete, path("datasets", id), query: [("deleteContents", "\(withTables)")],
            resource: .dataset(id, in: project, to: .delete))
        return try await remove(request)
    }

    private func call(_ request: GoogleRequest) async throws -> BigQueryDataset {
        let resource = try await api.call(request).decoded(DatasetResource.self, resource: request.resource)
        return BigQueryDataset(id: resource.datasetReference.datasetId, location: resource.location)
    }

    func remove(_ request: GoogleRequest) async throws -> Bool {
        do {
            _ = try await api.call(request)
            return true
        } catch GoogleCloudError.notFound {
            return false
        }
    }

    private struct DatasetResource: Codable {
        struct Reference: Codable {
            let projectId: String
            let datasetId: String
        }
        let datasetReference: Reference
        let location: String?
    }
}
