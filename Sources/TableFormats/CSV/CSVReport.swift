/// What was met in a file or a block of it.
package struct CSVReport: Sendable, Equatable {
    /// Records read, the header not counted.
    package var rows = 0
    /// Empty lines passed over.
    package var blankLines = 0
    /// Records of nothing but separators passed over.
    package var emptyRecords = 0
    /// Records with more fields than the header, the surplus blank; TLC files of 2013 to 2016 have them.
    package var rowsWithSurplusBlanks = 0
    /// Texts that are not UTF-8 and were read as Latin-1.
    package var latin1Texts = 0
    /// Texts that are no value of their column's type and were read as NULL.
    package var nulledValues = 0
    /// NaN of a file with floating point, which became NULL; in CSV a blank says that there is no value.
    package var nanValues = 0
    /// Records left out because they could not be read.
    package var rejectedRecords = 0

    /// A report of nothing.
    package init() {}

    /// Adds what was met in another part of the file.
    package mutating func add(_ other: CSVReport) {
        rows += other.rows
        blankLines += other.blankLines
        emptyRecords += other.emptyRecords
        rowsWithSurplusBlanks += other.rowsWithSurplusBlanks
        latin1Texts += other.latin1Texts
        nulledValues += other.nulledValues
        nanValues += other.nanValues
        rejectedRecords += other.rejectedRecords
    }
}
