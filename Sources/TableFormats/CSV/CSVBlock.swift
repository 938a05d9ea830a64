/// A run of whole records of a file, to be parsed on any thread.
package struct CSVBlock: Sendable {
    /// How many bytes may be read after the block's end.
    static let padding = 64

    /// What the block holds.
    enum Content: Sendable {
        /// Whole records; only the last of the file may lack its line end.
        case records
        /// The first bytes of one record that is longer than the reader is willing to hold.
        case oversized
    }

    /// The bytes of the block, at `range`, and at least `padding` more of no meaning.
    let bytes: [UInt8]
    let range: Range<Int>
    let content: Content
    /// Newlines in the block, those inside quotes too.
    let newlineCount: Int
    /// Whether there is any quote in the block.
    let hasQuotes: Bool
    /// Where in the file the block begins.
    package let position: CSVPosition
    /// How many bytes of the file the block holds.
    package var byteCount: Int { range.count }
}

/// What a block of records holds.
package struct CSVParsedBlock: Sendable {
    /// The rows; there may be none.
    package var batch: ColumnBatch
    /// What was met.
    package var report: CSVReport
    /// The records that were left out, in the order of the file.
    package var rejects: [CSVReject]
}
