/// How CSV is read.
package struct CSVOptions: Sendable {
    /// How many bytes a block has, about: it ends with the last record that ends within them. Defaults to 1 MiB.
    package var blockBytes = 1 << 20
    /// The longest record that is accepted, its line end included, in bytes. Defaults to 1 MiB.
    package var maximumRecordBytes = 1 << 20
    /// What becomes of records that cannot be read. Defaults to `fail`.
    package var badRecords = BadRecordPolicy.fail

    /// The defaults.
    package init() {}

    /// The most that either number of bytes can be: 256 MiB. Places in a block are counted with 32 bits.
    package static let maximumBytes = 1 << 28

    /// These options with both numbers of bytes at least 1 and at most `maximumBytes`.
    var bounded: CSVOptions {
        var options = self
        options.blockBytes = min(max(blockBytes, 1), Self.maximumBytes)
        options.maximumRecordBytes = min(max(maximumRecordBytes, 1), Self.maximumBytes)
        return options
    }
}
