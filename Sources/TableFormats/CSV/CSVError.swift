/// Where in a file a record begins or a value lies.
package struct CSVPosition: Sendable, Equatable, CustomStringConvertible {
    /// The line, counted from 1, on which the record begins.
    package var line: Int
    /// The byte, counted from 0 at the start of the (decompressed) file.
    package var byte: Int

    /// Names a place in a file.
    package init(line: Int, byte: Int) {
        self.line = line
        self.byte = byte
    }

    /// `line 3, byte 120`
    package var description: String { "line \(line), byte \(byte)" }
}

/// Why bytes could not be read as a table of the declared columns.
package enum CSVError: Error, Sendable, Equatable {
    /// The first bytes belong to something else. `found` says to what, `start` holds the first of them as text.
    case notCSV(found: ForeignFormat, start: String)
    /// There is not even a header.
    case empty
    /// Columns without which the file makes no sense are missing.
    case missingColumns([String], header: [String])
    /// The header names one column twice.
    case duplicateColumn(name: String, first: Int, second: Int)
    /// A record has another number of fields than the header.
    case ragged(at: CSVPosition, expected: Int, got: Int, record: String)
    /// A text is not a value of its column's type. `index` counts the file's columns from 1.
    case invalidValue(at: CSVPosition, column: String, index: Int, expected: ColumnType, got: String, record: String)
    /// A quoted field never ends.
    case unterminatedQuote(at: CSVPosition, record: String)
    /// Text follows a closing quote.
    case textAfterQuote(at: CSVPosition, record: String)
    /// A record is longer than the reader is willing to hold, in bytes.
    case recordTooLong(at: CSVPosition, limit: Int, record: String)

    /// What a file that is no CSV turned out to be.
    package enum ForeignFormat: String, Sendable, Equatable {
        /// gzip data.
        case gzip
        /// A zip archive or a spreadsheet.
        case zip
        /// Apache Parquet.
        case parquet
        /// An HTML page.
        case html
        /// An XML document, such as a storage service's error.
        case xml
        /// A JSON document.
        case json
        /// The pointer that git-lfs leaves in place of a file.
        case gitLFSPointer
        /// UTF-16 text.
        case utf16
        /// Bytes that are no text.
        case binary
    }
}

extension CSVError: CustomStringConvertible {
    /// What failed, where, what was expected and got, and what to do.
    package var description: String {
        switch self {
        case .notCSV(let found, let start):
            return "Expected CSV text, got \(found.description). It begins: \(start)"
        case .empty:
            return "Expected CSV text with a header, got an empty file. Download it again and compare its length."
        case .missingColumns(let names, let header):
            return "The header lacks \(names.joined(separator: ", ")); it names \(header.joined(separator: ", ")). "
                + "Is this a file of another colour or kind?"
        case .duplicateColumn(let name, let first, let second):
            return "The header names \(name) twice, as columns \(first) and \(second). Rename or remove one of them."
        case .ragged(let position, let expected, let got, let record):
            return "At \(position): expected \(expected) fields as in the header, got \(got). "
                + "The file may hold several layouts under one header, or a comma outside quotes. The record: \(record)"
        case .invalidValue(let position, let column, let index, let expected, let got, let record):
            return "At \(position), column \(index) (\(column)): expected \(expected), got \"\(got)\". "
                + "Correct the value or leave it blank for NULL. The record: \(record)"
        case .unterminatedQuote(let position, let record):
            return "At \(position): a quote opens and never closes. Close it, or double a quote that belongs to the "
                + "text; a cut download does this too. The record: \(record)"
        case .textAfterQuote(let position, let record):
            return "At \(position): expected a comma or the end of the line after a closing quote, got more text. "
                + "Double the quotes that belong to the text. The record: \(record)"
        case .recordTooLong(let position, let limit, let record):
            return "At \(position): a record is longer than \(limit) bytes. A quote that never closes does this. "
                + "The record: \(record)"
        }
    }
}

extension CSVError.ForeignFormat {
    /// What it is and what to do about it.
    package var description: String {
        switch self {
        case .gzip: "gzip data (decompress it, or name the file .gz)"
        case .zip: "a zip archive or a spreadsheet (export it as CSV)"
        case .parquet: "a Parquet file"
        case .html: "an HTML page (the address probably answers with an error or a log-in page)"
        case .xml: "an XML document (storage services answer so when access is denied or the file does not exist)"
        case .json: "a JSON document"
        case .gitLFSPointer: "a git-lfs pointer (fetch the file itself, with git lfs pull)"
        case .utf16: "UTF-16 text (save it as UTF-8)"
        case .binary: "bytes that are no text"
        }
    }
}
