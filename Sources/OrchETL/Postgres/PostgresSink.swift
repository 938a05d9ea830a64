package import Postgres

/// A table of a PostgreSQL database that holds the trips of one colour, month by month.
///
/// A month is replaced as a whole, found by `file_month`: loading it twice is the same as once, whoever else loads at
/// the same time. Until the very end the old rows are there; after a failure they still are.
public struct PostgresSink: Sendable {
    /// What a load did.
    public struct Load: Sendable, Equatable {
        /// The table, as people write it.
        public var table: String
        /// Rows of the file.
        public var rowsRead: Int
        /// Rows of the same month that were there before and are gone.
        public var rowsReplaced: Int
        /// Rows that are there now for this month.
        public var rowsInserted: Int
        /// Declared columns that the file does not have.
        public var missingColumns: [String]
        /// Columns of the file that are not declared, and were left out.
        public var unknownColumns: [String]
        /// SHA-256 of the CSV file as it lies on the disk, in hexadecimal digits.
        public var sourceSHA256: String
    }

    private let configuration: PostgresConfiguration
    private let schema: String?
    private let table: String?

    /// A database at a `postgresql://user:password@host:port/database` URL.
    /// - Parameters:
    ///   - schema: the schema of the table. Defaults to the first of the user's search path.
    ///   - table: Defaults to the name of the colour's table, `green_taxi_trips`.
    /// - Throws: `PostgresError.invalidURL`.
    public init(url: String, schema: String? = nil, table: String? = nil) throws {
        self.init(try PostgresConfiguration(url: url), schema: schema, table: table)
    }

    /// A database by its configuration.
    package init(_ configuration: PostgresConfiguration, schema: String? = nil, table: String? = nil) {
        self.configuration = configuration
        self.schema = schema
        self.table = table
    }

    /// Loads the month's CSV file as it is, with all its rows, in place of the rows of the same month.
    /// - Parameters:
    ///   - csv: the path of the CSV file, gzip where its name ends in `.gz`.
    ///   - dataset: what the file holds.
    /// - Throws: `ETLError.unreadable` with the line, `ETLError.tableShape`, `PostgresError`, or `CancellationError`.
    public func load(csv: String, of dataset: TaxiDataset) async throws -> Load {
        let table = PostgresTable(schema: schema, name: table ?? dataset.postgresTable, dataset.tableSchema)
        do {
            return try await load(csv, of: dataset, into: table)
        } catch PostgresError.cancelled {
            throw CancellationError()
        }
    }

    private func load(_ csv: String, of dataset: TaxiDataset, into table: PostgresTable) async throws -> Load {
        try await PostgresConnection.with(configuration) { connection in
            let session = PostgresLoadSession(connection: connection, table: table)
            try await session.prepareTable()
            let feed = try await BlockingWork.run { _ in try CopyFeed(csv, dataset) }
            let rows = try await session.stage(feed)
            guard rows > 0 else { throw ETLError.noRows(file: csv) }
            let (replaced, inserted) = try await session.replace(month: dataset.month)
            let summary = feed.summary()
            return Load(
                table: table.shownName, rowsRead: rows, rowsReplaced: replaced, rowsInserted: inserted,
                missingColumns: summary.missing, unknownColumns: summary.unknown, sourceSHA256: summary.sha256
            )
        }
    }
}
