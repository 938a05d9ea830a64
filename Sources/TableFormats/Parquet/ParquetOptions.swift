/// How a Parquet file is laid out and packed.
package struct ParquetOptions: Sendable {
    /// What packs the pages, and how hard it tries.
    package enum Codec: Sendable, Equatable {
        /// Not packed.
        case uncompressed
        /// gzip of a level of libdeflate: from 1 (fast) to 12 (small); 0 stores.
        case gzip(level: Int)
        /// Snappy, which has no levels.
        case snappy
        /// Zstandard of a level from 1 (fast) to 22 (small).
        case zstd(level: Int)
    }

    /// The layout of data pages.
    package enum DataPageVersion: Int, Sendable, CaseIterable {
        /// All of a page is packed; every reader knows it.
        case v1 = 1
        /// The definition levels lie unpacked before the values; values that packing would not shrink stay as they are.
        case v2 = 2
    }

    /// What packs the pages. Defaults to gzip of level 1.
    package var codec: Codec = .gzip(level: 1)
    /// Rows of a row group; the writer holds about one in memory. Defaults to 131,072.
    package var rowGroupRows = 131_072
    /// Bytes of text at which a row group ends before it has all its rows, so that long texts do not fill the memory.
    /// Defaults to 64 MiB.
    package var rowGroupTextBytes = 64 << 20
    /// Rows of a page. Defaults to 65,536.
    package var pageRows = 65_536
    /// Bytes of values, not packed, that a page has at most; a longer value has a page of its own. Defaults to 1 MiB.
    package var pageBytes = 1 << 20
    /// The layout of data pages. Defaults to `v1`.
    package var dataPageVersion = DataPageVersion.v1
    /// The most distinct values a dictionary may have before the column is written plain; 0 for no dictionaries.
    /// Defaults to 32,768.
    package var dictionaryEntries = 32_768
    /// Whether whole numbers, times and days may be told by their differences where a dictionary does not pay
    /// (DELTA_BINARY_PACKED): a quarter less for times of trips. Readers older than Spark 3.3 of 2022 do not know it.
    /// Defaults to true.
    package var usesDeltaEncoding = true
    /// Whether column chunks carry their least and greatest value and number of NULLs. Defaults to true.
    package var writesStatistics = true
    /// Whether the file ends with an index of its pages: where they lie, and what their least and greatest values are.
    /// Defaults to true.
    package var writesPageIndex = true
    /// The longest text that statistics keep, in bytes; of longer ones a bound of that length is told. Defaults to 64.
    package var statisticsTextBytes = 64
    /// Names and values that the file carries about itself. Defaults to none.
    package var metadata: [(name: String, value: String)] = []

    /// The defaults.
    package init() {}
}

extension ParquetOptions.Codec {
    /// The codec without its level.
    package var pageCodec: PageCodec {
        switch self {
        case .uncompressed: .uncompressed
        case .gzip: .gzip
        case .snappy: .snappy
        case .zstd: .zstd
        }
    }

    /// The level, where one is named.
    var level: Int? {
        switch self {
        case .gzip(let level), .zstd(let level): level
        case .uncompressed, .snappy: nil
        }
    }
}
