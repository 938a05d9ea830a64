import CurlTransport

/// A table, as BigQuery describes it.
///
/// Maps to the [table resource](https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#Table).
package struct BigQueryTable: Sendable, Hashable {
    /// The columns.
    package let fields: [BigQueryField]
    /// Rows, without those still in the streaming buffer; nil for views.
    package let rows: Int64?
    /// Where it lies.
    package let location: String?
}

extension BigQueryClient {
    /// Describes a table.
    ///
    /// Maps to `GET /bigquery/v2/projects/{project}/datasets/{dataset}/tables/{table}`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/get>.
    /// - Throws: `notFound`.
    package func table(_ id: BigQueryTableID) async throws -> BigQueryTable {
        let resource = GoogleResource.table(id, in: project)
        let path = path("datasets", id.dataset, "tables", id.table, of: id.project)
        return try await call(request(.get, path, resource: resource))
    }

    /// Creates an empty table.
    ///
    /// Maps to `POST /bigquery/v2/projects/{project}/datasets/{dataset}/tables`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/insert>.
    ///
    /// - Parameters:
    ///   - fields: The columns.
    ///   - existsOK: Return the table that is there, whatever its columns. Defaults to false.
    /// - Throws: `alreadyExists`, `notFound` without the dataset.
    @discardableResult
    package func createTable(
        _ id: BigQueryTableID,
        fields: [BigQueryField],
        existsOK: Bool = false
    ) async throws -> BigQueryTable {
        let resource = GoogleResource.table(id, in: project)
        var request = request(.post, path("datasets", id.dataset, "tables", of: id.project), resource: resource)
        try request.setJSON(
            NewTable(
                tableReference: BigQueryTableReference(id, in: project), schema: BigQuerySchema(fields: fields)))
        do {
            return try await call(request)
        } catch GoogleCloudError.alreadyExists where existsOK {
            return try await table(id)
        }
    }

    /// Removes a table; one that is not there is fine.
    ///
    /// Maps to `DELETE /bigquery/v2/projects/{project}/datasets/{dataset}/tables/{table}`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/delete>.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    package func deleteTable(_ id: BigQueryTableID) async throws -> Bool {
        let path = path("datasets", id.dataset, "tables", id.table, of: id.project)
        return try await remove(request(.delete, path, resource: .table(id, in: project)))
    }

    private func call(_ request: GoogleRequest) async throws -> BigQueryTable {
        let table = try await api.call(request).decoded(TableResource.self, resource: request.resource)
        return BigQueryTable(fields: table.schema?.fields ?? [], rows: table.numRows?.value, location: table.location)
    }

    private struct NewTable: Encodable {
        let tableReference: BigQueryTableReference
        let schema: BigQuerySchema
    }

    private struct TableResource: Decodable {
        let schema: BigQuerySchema?
        let numRows: TextualInt64?
        let location: String?
    }
}
