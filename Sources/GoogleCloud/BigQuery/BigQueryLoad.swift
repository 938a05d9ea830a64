/// What a load job does; where the data comes from is said apart.
///
/// Maps to [`JobConfigurationLoad`](https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad).
package struct BigQueryLoad: Sendable, Hashable {
    /// What happens to rows that are there.
    package enum WriteDisposition: String, Sendable, Hashable, Codable {
        /// They are replaced, atomically, at the end of a successful job.
        case truncate = "WRITE_TRUNCATE"
        /// They stay, and the new ones are added.
        case append = "WRITE_APPEND"
        /// A table that holds rows fails the job.
        case empty = "WRITE_EMPTY"
    }

    /// What happens when the table is not there.
    package enum CreateDisposition: String, Sendable, Hashable, Codable {
        /// It is created.
        case ifNeeded = "CREATE_IF_NEEDED"
        /// The job fails.
        case never = "CREATE_NEVER"
    }

    /// The form of the source.
    package enum SourceFormat: String, Sendable, Hashable, Codable {
        /// Apache Parquet.
        case parquet = "PARQUET"
        /// Comma-separated values.
        case csv = "CSV"
        /// A JSON object on each line.
        case jsonLines = "NEWLINE_DELIMITED_JSON"
    }

    /// The table, or with `$` one partition of it.
    package var destination: BigQueryTableID
    /// Defaults to Parquet.
    package var sourceFormat: SourceFormat = .parquet
    /// The columns; nil takes them from the file or the table. A load into a new table should name them, as some
    /// emulators demand.
    package var schema: [BigQueryField]?
    /// Defaults to replacing.
    package var writeDisposition: WriteDisposition = .truncate
    /// Defaults to creating.
    package var createDisposition: CreateDisposition = .ifNeeded

    /// A load of Parquet that replaces the table, or one partition.
    package init(into destination: BigQueryTableID, schema: [BigQueryField]?) {
        self.destination = destination
        self.schema = schema
    }
}
