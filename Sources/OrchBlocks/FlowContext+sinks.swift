public import Orch
public import OrchETL

extension FlowContext {
    /// The lake that a parameter names.
    ///
    /// ```swift
    /// @Parameter(help: "The lake.", block: .gcsBucket) var lake = "zoom-gcs"
    ///
    /// let lake = try context.lake(lake)
    /// ```
    ///
    /// - Parameter name: the name of a `gcs-bucket` block, or a folder as `file:///folder`.
    /// - Throws: ``BlockClientError/unknownLake(_:)``; `OrchError` where the run was not given the block, or the block is
    ///   not valid.
    public func lake(_ name: String) throws -> LakeSink {
        guard name.contains("://") else {
            let block = try blocks.load(GCSBucketBlock.self, name)
            return try LakeSink(
                bucket: block.bucket, folder: block.bucketFolder ?? "", client: try block.storageClient())
        }
        guard name.hasPrefix("file://") else { throw BlockClientError.unknownLake(name) }
        return try LakeSink(url: name)
    }

    /// The warehouse that a parameter names.
    ///
    /// - Parameter name: the name of a `bigquery-warehouse` block.
    /// - Throws: ``BlockClientError/unknownWarehouse(_:)``, ``BlockClientError/missingProject(block:)``; `OrchError` where the
    ///   run was not given the block, or the block is not valid.
    public func warehouse(_ name: String) throws -> BigQuerySink {
        guard !name.contains("://") else { throw BlockClientError.unknownWarehouse(name) }
        let block = try blocks.load(BigQueryWarehouseBlock.self, name)
        return BigQuerySink(client: try block.bigQueryClient(), dataset: block.dataset)
    }

    /// The database that a parameter names, as a place for trips.
    ///
    /// - Parameters:
    ///   - name: the name of a `postgres` block, or a `postgresql://` URL.
    ///   - table: the table that takes the trips. Defaults to `<color>_taxi_trips`.
    /// - Throws: ``BlockClientError/unknownDatabase(scheme:)``; `OrchError` where the run was not given the block, or the block
    ///   is not valid.
    public func database(_ name: String, table: String? = nil) throws -> PostgresSink {
        guard let scheme = name.firstRange(of: "://") else {
            return PostgresSink(try blocks.load(PostgresBlock.self, name).configuration, table: table)
        }
        guard name.hasPrefix("postgresql://") || name.hasPrefix("postgres://") else {
            throw BlockClientError.unknownDatabase(scheme: String(name[..<scheme.lowerBound]))
        }
        return try PostgresSink(url: name, table: table)
    }
}
