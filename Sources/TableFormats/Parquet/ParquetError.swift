/// Why a Parquet file could not be written.
package enum ParquetError: Error, Sendable, Equatable {
    /// Packing a page failed.
    case compression(GzipError)
}

extension ParquetError: CustomStringConvertible {
    /// What failed, and what to do.
    package var description: String {
        switch self {
        case .compression(let error): "A Parquet page could not be packed: \(error)"
        }
    }
}
