import FoundationEssentials
package import Postgres
import TableFormats

/// A table of a PostgreSQL database that holds the trips of one colour, month by month.
///
/// A month is replaced as a whole, found by `file_month`: loading it twice is the same as once, whoever else loads at
/// the same time. Until the very end others see the old rows, then the new ones; after a failure the old ones are there.
/// A table that is missing is made, divided into a partition for each month. One that is there is kept as it is, but for
/// columns that the data has and it lacks. Each load is written down in the table `orch_loads` beside it.
public struct PostgresSink: Sendable {
    /// What a load did.
    public struct Load: Sendable, Equatable {
        /// The table, as people write it.
        public var table: String
        /// Rows of the file, those that were rejected among them; 0 where it was not read, as it had been appended before.
        public var rowsRead = 0
        /// Rows of the same month that were there before and are gone.
        public var rowsReplaced = 0
        /// Rows that this load brought in.
        public var rowsInserted = 0
        /// Columns that the table got.
        public var columnsAdded: [String] = []
        /// How the file differs from what is declared for its month; nil where it was not read.
        public var drift: DriftReport?
        /// SHA-256 of the file as it lies on the disk, in hexadecimal digits.
        public var sourceSHA256: String
        /// Why nothing was added, in a sentence; nil where something was.
        public var notice: String?
    }

    private let configuration: PostgresConfiguration
    private let schema: String?
    private let table: String?
    /// How long a load waits for others.
    var patience = PostgresPatience()

    /// A database at a `postgresql://user:password@host:port/database` URL, or in libpq's other form,
    /// `host=… dbname=…`.
    /// - Parameters:
    ///   - schema: the schema of the table. Defaults to the first of the user's search path.
    ///   - table: Defaults to the name of the colour's table, `green_taxi_trips`. A load refuses one with a dot.
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

    /// Loads the month's file, CSV or Parquet, as it is, with all its rows, in place of the rows of the same month.
    /// - Parameters:
    ///   - csv: the path of the file, gzip where its name ends in `.gz`.
    ///   - dataset: what the file holds.
    /// - Throws: see `load(_:mode:run:)`.
    public func load(csv: String, of dataset: TaxiDataset) async throws -> Load {
        try await load(TripFile(csv, of: dataset))
    }

    /// Loads a month's file.
    /// - Parameters:
    ///   - mode: Defaults to replacing the month. A file that was appended since the month was last replaced is not
    ///     appended again; the load's `notice` says so.
    ///   - run: the run that loads, for the ledger.
    /// - Throws: `ETLError.unreadable` with the line, `ETLError.noRows`, `.nothingLeft`, `.noTimes`, `.tableShape`,
    ///   `.invalidTableName`, `.notATable`, `.tableBusy`, `PostgresError`, or `CancellationError`.
    package func load(
        _ file: TripFile, mode: WriteMode = .replaceMonth, run: String? = nil
    ) async throws -> Load {
        try PostgresName.check(table: table ?? file.dataset.postgresTable, schema: schema)
        do {
            let digest = mode == .append ? try await FileDigest.sha256(of: file.path) : nil
            // While the connection is made and the table looked at, the first rows are read.
            let feed = try await BlockingWork.run { _ in try CopyFeed(file) }
            defer { feed.cancel() }
            return try await PostgresConnection.with(configuration) { connection in
                try await connection.transaction(PostgresLoadSession.begin) {
                    let session = try await session(file.dataset, feed.schema, mode, on: connection)
                    return try await load(file, feed, digest: digest, run: run, in: session)
                }
            }
        } catch PostgresError.cancelled {
            throw CancellationError()
        }
    }

    private func session(
        _ dataset: TaxiDataset, _ columns: TableSchema, _ mode: WriteMode, on connection: PostgresConnection
    ) async throws -> PostgresLoadSession {
        let table = table ?? dataset.postgresTable
        let name = try await PostgresCatalog(connection: connection).name(table, in: schema)
        return PostgresLoadSession(
            connection: connection, table: PostgresTable(name, month: dataset.month, columns),
            shown: (schema.map { "\($0)." } ?? "") + table, mode: mode,
            locks: PostgresLocks(connection: connection, patience: patience))
    }

    private func load(
        _ file: TripFile, _ feed: CopyFeed, digest: String?, run: String?, in session: PostgresLoadSession
    ) async throws -> Load {
        try await session.takeTurn()
        if let digest, let earlier = try await session.earlier(source: digest) {
            return Load(table: session.shown, sourceSHA256: digest, notice: earlier.notice(session.shown))
        }
        let mark = String(UUID().uuidString.lowercased().prefix(8))
        let staged = try await withTaskCancellationHandler {
            try await session.stage(mark: mark) { try feed.next() }
        } onCancel: {
            feed.cancel()
        }
        let figures = feed.figures
        let published = try await session.publish(staged, source: figures.sourceSHA256, run: run)
        return Load(
            table: session.shown, rowsRead: figures.rows.read, rowsReplaced: published.rowsReplaced,
            rowsInserted: staged.rows, columnsAdded: published.columnsAdded, drift: figures.drift,
            sourceSHA256: figures.sourceSHA256)
    }
}
