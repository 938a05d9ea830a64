import CurlTransport
package import FoundationEssentials

extension BigQueryClient {
    /// Describes a table.
    ///
    /// Maps to `GET /bigquery/v2/projects/{project}/datasets/{dataset}/tables/{table}`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/get>.
    /// - Throws: `notFound`.
    package func table(_ id: BigQueryTableID) async throws -> BigQueryTable {
        try await call(request(.get, path(of: id), resource: .table(id, in: project)))
    }

    /// Creates an empty table.
    ///
    /// Maps to `POST /bigquery/v2/projects/{project}/datasets/{dataset}/tables`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/insert>.
    ///
    /// - Parameters:
    ///   - fields: The columns.
    ///   - partitioning: Defaults to none.
    ///   - expiry: When BigQuery removes the table by itself. Defaults to never.
    ///   - existsOK: Return the table that is there, whatever its columns. Defaults to false.
    /// - Throws: `alreadyExists`, `notFound` without the dataset.
    @discardableResult
    package func createTable(
        _ id: BigQueryTableID,
        fields: [BigQueryField],
        partitioning: BigQueryPartitioning? = nil,
        expiry: Date? = nil,
        existsOK: Bool = false
    ) async throws -> BigQueryTable {
        let resource = GoogleResource.table(id, in: project, to: .create)
        var request = request(.post, path("datasets", id.dataset, "tables", of: id.project), resource: resource)
        try request.setJSON(
            NewTable(
                tableReference: BigQueryTableReference(id, in: project), schema: BigQuerySchema(fields: fields),
                timePartitioning: partitioning,
                expirationTime: expiry.map { "\(Int64($0.timeIntervalSince1970 * 1000))" }))
        do {
            return try await call(request)
        } catch GoogleCloudError.alreadyExists where existsOK {
            return try await table(id)
        }
    }

    /// Gives a table other columns; all that it has must be among them.
    ///
    /// Maps to `PATCH /bigquery/v2/projects/{project}/datasets/{dataset}/tables/{table}`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/patch>.
    /// - Throws: `invalidRequest` for a change that BigQuery does not allow, `notFound`.
    @discardableResult
    package func setFields(of id: BigQueryTableID, to fields: [BigQueryField]) async throws -> BigQueryTable {
        var request = request(.patch, path(of: id), resource: .table(id, in: project, to: .update))
        try request.setJSON(NewSchema(schema: BigQuerySchema(fields: fields)))
        return try await call(request)
    }

    /// The tables and views of a dataset.
    ///
    /// Maps to `GET /bigquery/v2/projects/{project}/datasets/{dataset}/tables`, once for each page; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/list>.
    package func tables(in dataset: String) async throws -> [BigQueryTableListing] {
        try BigQueryName.checkDataset(dataset)
        let resource = GoogleResource.tables(of: dataset, in: project)
        var tables: [BigQueryTableListing] = []
        var token: String?
        repeat {
            var query = [(name: "maxResults", value: "1000")]
            if let token { query.append(("pageToken", token)) }
            let request = request(.get, path("datasets", dataset, "tables"), query: query, resource: resource)
            let page = try await api.call(request).decoded(TablePage.self, resource: resource)
            tables += (page.tables ?? []).map {
                BigQueryTableListing(name: $0.tableReference.tableId, created: $0.creationTime?.date)
            }
            token = page.nextPageToken
        } while token != nil
        return tables
    }

    /// Removes a table; one that is not there is fine.
    ///
    /// Maps to `DELETE /bigquery/v2/projects/{project}/datasets/{dataset}/tables/{table}`; see
    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/delete>.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    package func deleteTable(_ id: BigQueryTableID) async throws -> Bool {
        try await remove(request(.delete, path(of: id), resource: .table(id, in: project, to: .delete)))
    }

    private func path(of id: BigQueryTableID) -> String {
        path("datasets", id.dataset, "tables", id.table, of: id.project)
    }

    private func call(_ request: GoogleRequest) async throws -> BigQueryTable {
        try await api.call(request).decoded(BigQueryTable.self, resource: request.resource)
    }

    private struct NewTable: Encodable {
        let tableReference: BigQueryTableReference
        let schema: BigQuerySchema
        let timePartitioning: BigQueryPartitioning?
        let expirationTime: String?
    }

    private struct NewSchema: Encodable {
        let schema: BigQuerySchema
    }

    private struct TablePage: Decodable {
        struct Item: Decodable {
            let tableReference: BigQueryTableReference
            let creationTime: TextualInt64?
        }
        let tables: [Item]?
        let nextPageToken: String?
    }
}

extension TextualInt64 {
    /// Of milliseconds since 1970.
    fileprivate var date: Date { Date(timeIntervalSince1970: Double(value) / 1000) }
}
