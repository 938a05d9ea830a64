/// Why a flow of the taxi program cannot begin its work.
enum TaxiError: Error, Sendable {
    /// A lake that is neither a block's name nor a folder's address.
    case unknownLake(String)
    /// A warehouse that is an address.
    case unknownWarehouse(String)
    /// A database that is neither a block's name nor a PostgreSQL URL; the address itself may hold a password.
    case unknownDatabase(scheme: String)
}

extension TaxiError: CustomStringConvertible {
    var description: String {
        switch self {
        case .unknownLake(let lake):
            "expected a gcs-bucket block's name or a folder such as file:///tmp/lake as the lake, got \"\(lake)\""
        case .unknownWarehouse(let warehouse):
            "expected a bigquery-warehouse block's name as the warehouse, got \"\(warehouse)\""
        case .unknownDatabase(let scheme):
            "expected a postgres block's name or a postgresql:// URL as the database, got a \(scheme):// URL"
        }
    }
}
