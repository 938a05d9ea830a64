/// A record that was left out.
package struct CSVReject: Sendable, Equatable {
    /// The most bytes of a record that are kept.
    package static let maximumRecordBytes = 1 << 16

    /// Where the record begins.
    package var position: CSVPosition
    /// The file's column whose text is no value, where one is to blame.
    package var column: String?
    /// What is wrong with the record: a sentence's part, without place and record.
    package var reason: String
    /// The record as it stands in the file, without its line end, cut after `maximumRecordBytes`.
    package var record: [UInt8]
}
