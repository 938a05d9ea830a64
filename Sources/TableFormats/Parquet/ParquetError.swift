/// Why a Parquet file could not be written or read.
package enum ParquetError: Error, Sendable, Equatable {
    /// A codec was asked for a level that it does not have.
    case unsupportedLevel(codec: PageCodec, level: Int, levels: ClosedRange<Int>)
    /// Packing a page of so many bytes failed, as it does when there is no memory.
    case compression(codec: PageCodec, bytes: Int)
    /// A packed page does not hold what its header says.
    case decompression(codec: PageCodec, expected: Int, damage: PageDamage)
    /// A value is too long for a page, which holds less than 2 GiB.
    case valueTooLong(column: String, bytes: Int)
}

extension ParquetError: CustomStringConvertible {
    /// What failed, and what to do.
    package var description: String {
        switch self {
        case .unsupportedLevel(let codec, let level, let levels):
            "The codec \(codec) has no level \(level): choose one from \(levels.lowerBound) to \(levels.upperBound)."
        case .compression(let codec, let bytes):
            "A Parquet page of \(bytes) bytes could not be packed with \(codec): there is no memory for it."
        case .decompression(let codec, let expected, let damage):
            "A Parquet page packed with \(codec) shall hold \(expected) bytes, but \(damage). Fetch the file again."
        case .valueTooLong(let column, let bytes):
            "Column \(column) holds a value of \(bytes) bytes: a Parquet page takes less than 2 GiB."
        }
    }
}
