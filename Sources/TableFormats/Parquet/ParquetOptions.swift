/// How a Parquet file is laid out and packed.
package struct ParquetOptions: Sendable {
    /// What packs the pages.
    package enum Codec: Sendable, Equatable {
        /// Not packed.
        case uncompressed
        /// gzip of a level from 1 (fast) to 9 (small).
        case gzip(level: Int)
    }

    /// What packs the pages. Defaults to gzip of level 6.
    package var codec: Codec = .gzip(level: 6)
    /// Rows of a row group; the writer holds about one in memory. Defaults to 131,072.
    package var rowGroupRows = 131_072
    /// Rows of a page. Defaults to 65,536.
    package var pageRows = 65_536
    /// The most distinct values a dictionary may have before the column is written plain. Defaults to 32,768.
    package var dictionaryEntries = 32_768
    /// The longest text that statistics keep, in bytes; longer ones leave the column without. Defaults to 64.
    package var statisticsTextBytes = 64
    /// Names and values that the file carries about itself. Defaults to none.
    package var metadata: [(name: String, value: String)] = []

    /// The defaults.
    package init() {}
}
