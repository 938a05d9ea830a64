/// Why a block, or what stands in its place, yields no client.
@nonexhaustive
public enum BlockClientError: Error, Sendable {
    /// Neither the block nor its credentials name a project.
    case missingProject(block: String)
    /// A lake that is neither a block's name nor a folder's address.
    case unknownLake(String)
    /// A warehouse that is an address.
    case unknownWarehouse(String)
    /// A database that is neither a block's name nor a PostgreSQL URL; the address itself may hold a password.
    case unknownDatabase(scheme: String)
}

extension BlockClientError: CustomStringConvertible {
    /// What is missing, and where to put it.
    public var description: String {
        switch self {
        case .missingProject(let block):
            "the \(block) block names no project: set its field project, or that of its gcp-credentials block"
        case .unknownLake(let lake):
            "expected a gcs-bucket block's name or a folder such as file:///tmp/lake as the lake, got \"\(lake)\""
        case .unknownWarehouse(let warehouse):
            "expected a bigquery-warehouse block's name as the warehouse, got \"\(warehouse)\""
        case .unknownDatabase(let scheme):
            "expected a postgres block's name or a postgresql:// URL as the database, got a \(scheme):// URL"
        }
    }
}
