/// A table's name.
///
/// Maps to [`TableReference`](https://cloud.google.com/bigquery/docs/reference/rest/v2/TableReference).
package struct BigQueryTableID: Sendable, Hashable {
    /// The project; nil for the client's own.
    package let project: String?
    /// The dataset.
    package let dataset: String
    /// The table; as a load's destination a partition may follow, as in `green_rides$202007`.
    package let table: String

    /// A table's name, checked.
    ///
    /// - Throws: `GoogleCloudError.invalidName`.
    package init(project: String? = nil, dataset: String, table: String) throws(GoogleCloudError) {
        try BigQueryName.checkDataset(dataset)
        try BigQueryName.checkTable(table)
        self.project = project
        self.dataset = dataset
        self.table = table
    }

    /// `project.dataset.table`.
    func qualified(in project: String) -> String {
        "\(self.project ?? project).\(dataset).\(table)"
    }
}

/// A table's name as JSON.
struct BigQueryTableReference: Codable {
    let projectId: String
    let datasetId: String
    let tableId: String

    init(_ table: BigQueryTableID, in project: String) {
        projectId = table.project ?? project
        datasetId = table.dataset
        tableId = table.table
    }
}
