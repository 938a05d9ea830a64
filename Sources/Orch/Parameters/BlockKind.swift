/// The type of the block that a parameter names.
public struct BlockKind: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The type's name: `gcs-bucket`.
    public let slug: String

    /// The block type of that name.
    public init(stringLiteral slug: String) {
        self.slug = slug
    }

    /// The block type of a typed block.
    public init(_ block: (some Block).Type) {
        slug = block.slug
    }

    /// A Google service account.
    public static let gcpCredentials = BlockKind(GCPCredentialsBlock.self)
    /// A Cloud Storage bucket.
    public static let gcsBucket = BlockKind(GCSBucketBlock.self)
    /// A BigQuery dataset.
    public static let bigQueryWarehouse = BlockKind(BigQueryWarehouseBlock.self)
    /// A PostgreSQL database.
    public static let postgres = BlockKind(PostgresBlock.self)
}
