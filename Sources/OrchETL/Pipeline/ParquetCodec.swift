import TableFormats

/// What packs the pages of the Parquet files that are written.
public enum ParquetCodec: String, Sendable, Hashable, CaseIterable, Codable {
    /// Small, and read by everything.
    case gzip
    /// Quick to read.
    case snappy
    /// Small and quick to read.
    case zstd
    /// Not packed.
    case none

    /// The codec with the level that was measured to pay.
    var ofPages: ParquetOptions.Codec {
        switch self {
        case .gzip: ParquetOptions().codec
        case .snappy: .snappy
        case .zstd: .zstd(level: 3)
        case .none: .uncompressed
        }
    }
}
