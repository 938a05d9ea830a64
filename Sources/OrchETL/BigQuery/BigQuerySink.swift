package import FoundationEssentials
package import GoogleCloud
package import TableFormats

/// A table of a BigQuery dataset that holds the trips of one colour, month by month.
///
/// A month is replaced as a whole, found by `file_month`: loading it twice is the same as once. Until the very end the
/// old rows are there; after a failure they still are. A table that is missing is made, divided by month, once there
/// are rows for it. Each load is written down in the dataset's table `orch_loads`.
public struct BigQuerySink: Sendable {
    /// What a load did.
    public struct Load: Sendable, Equatable {
        /// The table, `project.dataset.table`.
        public var table: String
        /// Rows of the Parquet file; nil where it was not read, as its source was appended before.
        public var rowsStaged: Int64?
        /// Rows that are there now for this month.
        public var rowsInMonth: Int64
        /// Columns that the table got.
        public var columnsAdded: [String] = []
        /// Why nothing was added, in a sentence; nil where something was.
        public var notice: String?
    }

    let client: BigQueryClient
    let dataset: String
    private let table: String?
    private let now: @Sendable () -> Date

    /// A dataset by way of a client.
    /// - Parameters:
    ///   - dataset: is created where it is missing. Defaults to `trips_data_all`.
    ///   - table: Defaults to the name of the colour's table, `green_rides`.
    ///   - now: the wall clock, for the end of staging tables' lives.
    package init(
        client: BigQueryClient, dataset: String = "trips_data_all", table: String? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.client = client
        self.dataset = dataset
        self.table = table
        self.now = now
    }

    /// Loads the month's Parquet file from the lake, with the columns that it has.
    ///
    /// The file goes into a staging table first, straight from the bucket, or uploaded where the lake is a folder; one
    /// transaction then replaces the month, or adds to it. The staging table is dropped, whatever happens; that of a
    /// killed load of the same month is dropped too, and each has a life of a day. A table that lacks columns gets them,
    /// NULL for the rows that are there; columns that the file lacks are NULL in its rows.
    /// - Parameters:
    ///   - dataset: what to load; the lake holds it under `dataset.lakeObject`.
    ///   - mode: Defaults to replacing the rows of the same month.
    ///   - suffix: tells this load's staging table and jobs from all others: letters, digits and underscores. Use one
    ///     for each attempt; two loads with one suffix would disturb each other. Defaults to a random one.
    ///   - source: the SHA-256 of the file that the Parquet file was made of, by which an append knows what it has.
    ///     Defaults to what the Parquet file says of itself, or else its own bytes.
    /// - Throws: `ETLError.tableShape`, `.notATable`, `.objectNotFound`, `.unreadable`, `.noRows`, `.wrongMonth`,
    ///   `GoogleCloudError`, or `CancellationError`. Then the table's rows are as they were, but the table may have been
    ///   made, or have got columns.
    public func load(
        _ dataset: TaxiDataset, from lake: LakeSink, mode: WriteMode = .replaceMonth, suffix: String? = nil,
        source: String? = nil
    ) async throws -> Load {
        let suffix = suffix ?? UUID().uuidString.lowercased().filter { $0 != "-" }
        return try await load(dataset, schema: nil, from: lake, mode: mode, suffix: suffix, source: source)
    }

    /// Loads the month's Parquet file from the lake.
    /// - Parameter schema: the columns to load; nil for those of the file.
    /// - Throws: see `load(_:from:mode:suffix:source:)`.
    package func load(
        _ dataset: TaxiDataset, schema: TableSchema?, from lake: LakeSink, mode: WriteMode = .replaceMonth,
        suffix: String, source: String? = nil
    ) async throws -> Load {
        let file = try await BigQuerySource(dataset, in: lake)
        try file.check(of: dataset)
        let location = try await self.client.ensureDataset(self.dataset).location
        if let location { try await file.check(against: location, of: self.dataset) }
        // Jobs and their results are found in their location only.
        let client = location.map { self.client.located(in: $0) } ?? self.client
        let table = BigQueryTripTable(
            project: client.project, dataset: self.dataset, name: table ?? dataset.bigQueryTable,
            schema ?? file.schema)
        let entry = BigQueryLedger.Entry(
            table: table.name, month: dataset.month, source: source ?? file.digest, run: suffix)
        let session = BigQueryLoadSession(client: client, table: table, entry: entry, suffix: suffix, now: now())
        let existing = try await session.existingTable()
        var since: Int64 = 0
        if mode == .append {
            let state = try await session.state(of: existing)
            if let earlier = state.earlier {
                await session.cleanUp()
                return try await session.repeated(earlier)
            }
            since = state.since
        }
        do {
            let load = try await session.load(file, into: existing, mode: mode, since: since)
            await session.cleanUp()
            return load
        } catch {
            await session.dropStaging()
            throw error
        }
    }
}
