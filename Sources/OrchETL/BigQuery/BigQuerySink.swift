package import GoogleCloud

/// A table of a BigQuery dataset that holds the trips of one colour, month by month.
///
/// A month is replaced as a whole, found by `file_month`: loading it twice is the same as once. Until the very end the
/// old rows are there; after a failure they still are.
public struct BigQuerySink: Sendable {
    /// What a load did.
    public struct Load: Sendable, Equatable {
        /// The table, `project.dataset.table`.
        public var table: String
        /// Rows of the Parquet file, where BigQuery says.
        public var rowsStaged: Int64?
        /// Rows that are there now for this month.
        public var rowsInMonth: Int64
    }

    private let client: BigQueryClient
    private let dataset: String
    private let table: String?

    /// A dataset by way of a client.
    /// - Parameters:
    ///   - dataset: is created where it is missing. Defaults to `trips_data_all`.
    ///   - table: Defaults to the name of the colour's table, `green_rides`.
    package init(client: BigQueryClient, dataset: String = "trips_data_all", table: String? = nil) {
        self.client = client
        self.dataset = dataset
        self.table = table
    }

    /// Loads the month's Parquet file from the lake in place of the rows of the same month.
    ///
    /// The file goes into a staging table first, straight from the bucket, or uploaded where the lake is a folder; one
    /// transaction then replaces the month. The staging table is dropped, whatever happens.
    /// - Parameters:
    ///   - dataset: what to load; the lake holds it under `dataset.lakeObject`.
    ///   - suffix: tells this load's staging table and jobs from all others: letters, digits and underscores. Use one
    ///     for each attempt; two loads with one suffix would disturb each other.
    /// - Throws: `ETLError.tableShape`, `ETLError.objectNotFound`, `GoogleCloudError`, or `CancellationError`.
    public func load(_ dataset: TaxiDataset, from lake: LakeSink, suffix: String) async throws -> Load {
        let name = table ?? dataset.bigQueryTable
        let table = BigQueryTripTable(
            project: client.project, dataset: self.dataset, name: name, dataset.tableSchema
        )
        try await prepare(table)
        let staging = try BigQueryTableID(dataset: self.dataset, table: table.staging(suffix))
        do {
            let load = try await replace(table, dataset, lake, staging, suffix)
            try await drop(staging)
            return load
        } catch {
            // The error that came first is the one to tell.
            try? await drop(staging)
            throw error
        }
    }

    private func replace(
        _ table: BigQueryTripTable, _ dataset: TaxiDataset, _ lake: LakeSink, _ staging: BigQueryTableID,
        _ suffix: String
    ) async throws -> Load {
        let staged = try await stage(dataset, from: lake, into: staging, table, suffix)
        _ = try await client.query(
            table.replacement(of: dataset.month, from: staging.table), id: try BigQueryJobID("orch-replace-\(suffix)")
        )
        let count = try await client.query(table.count(of: dataset.month))
        return Load(
            table: "\(table.project).\(table.dataset).\(table.name)", rowsStaged: staged.outputRows,
            rowsInMonth: count.rows.first?["row_count"].flatMap { Int64($0) } ?? 0
        )
    }

    private func stage(
        _ dataset: TaxiDataset, from lake: LakeSink, into staging: BigQueryTableID, _ table: BigQueryTripTable,
        _ suffix: String
    ) async throws -> BigQueryJob {
        let load = BigQueryLoad(into: staging, schema: table.fields)
        let id = try BigQueryJobID("orch-load-\(suffix)")
        switch lake.place {
        case .bucket(let bucket, let prefix, let storage):
            do {
                // BigQuery's own message for an absent object names neither cause nor cure.
                _ = try await storage.stat(prefix + dataset.lakeObject, in: bucket)
            } catch GoogleCloudError.notFound {
                throw ETLError.objectNotFound(try lake.uri(of: dataset.lakeObject))
            }
            return try await client.load(load, from: [try lake.uri(of: dataset.lakeObject)], id: id)
        case .folder(let folder):
            return try await client.load(load, file: "\(folder)/\(dataset.lakeObject)", id: id)
        }
    }

    /// Makes dataset and table if they are missing; else makes sure that the table has our columns.
    private func prepare(_ table: BigQueryTripTable) async throws {
        try await client.ensureDataset(table.dataset)
        let id = try BigQueryTableID(dataset: table.dataset, table: table.name)
        let existing = try await client.createTable(id, fields: table.fields, existsOK: true)
        let differences = table.differences(from: existing.fields)
        guard differences.isEmpty else {
            throw ETLError.tableShape(table: "\(table.dataset).\(table.name)", differences: differences)
        }
    }

    /// Drops the staging table, even for a task that was cancelled.
    private func drop(_ staging: BigQueryTableID) async throws {
        let client = client
        try await Task { _ = try await client.deleteTable(staging) }.value
    }
}
