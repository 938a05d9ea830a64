import Orch
import OrchBlocks
import OrchETL

extension FlowContext {
    /// The lake that a parameter names: a gcs-bucket block, or a folder as `file:///folder`.
    func lake(_ name: String) throws -> LakeSink {
        guard name.contains("://") else {
            let block = try blocks.load(GCSBucketBlock.self, name)
            return try LakeSink(
                bucket: block.bucket, folder: block.bucketFolder ?? "", client: try block.storageClient())
        }
        guard name.hasPrefix("file://") else { throw TaxiError.unknownLake(name) }
        return try LakeSink(url: name)
    }

    /// The warehouse that a parameter names: a bigquery-warehouse block.
    func warehouse(_ name: String) throws -> BigQuerySink {
        guard !name.contains("://") else { throw TaxiError.unknownWarehouse(name) }
        let block = try blocks.load(BigQueryWarehouseBlock.self, name)
        return BigQuerySink(client: try block.bigQueryClient(), dataset: block.dataset)
    }

    /// The database that a parameter names: a postgres block, or a `postgresql://` URL.
    func database(_ name: String) throws -> PostgresSink {
        guard let scheme = name.firstRange(of: "://") else {
            return PostgresSink(try blocks.load(PostgresBlock.self, name).configuration)
        }
        guard name.hasPrefix("postgresql://") || name.hasPrefix("postgres://") else {
            throw TaxiError.unknownDatabase(scheme: String(name[..<scheme.lowerBound]))
        }
        return try PostgresSink(url: name)
    }
}
