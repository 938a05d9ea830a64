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

    /// The header stands once more among the records.
    case repeatedHeader(at: CSVPosition, record: String)
    /// Lines end with a carriage return alone.
    case loneCarriageReturn(at: CSVPosition, record: String)

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
        case .notCSV, .empty, .missingColumns, .duplicateColumn: reason
        case .invalidValue(let position, _, _, _, _, let record):
            "At \(position), \(reason) The record: \(record)"
        case .ragged(let position, _, _, let record), .unterminatedQuote(let position, let record),
            .textAfterQuote(let position, let record), .recordTooLong(let position, _, let record),
            .repeatedHeader(let position, let record), .loneCarriageReturn(let position, let record):
            "At \(position): \(reason) The record: \(record)"
        }
    }

    /// What failed, what was expected and got, and what to do, without the place and the record.
    package var reason: String {
        switch self {
        case .notCSV(let found, let start):
            "Expected CSV text, got \(found.description). It begins: \(start)"
        case .empty:
            "Expected CSV text with a header, got an empty file. Download it again and compare its length."
        case .missingColumns(let names, let header):
            "The header lacks \(names.joined(separator: ", ")); it names \(header.joined(separator: ", ")). "
                + Self.advice(header: header)
        case .duplicateColumn(let name, let first, let second):
            "The header names \(name) twice, as columns \(first) and \(second). Rename or remove one of them."
        case .ragged(_, let expected, let got, _):
            "expected \(expected) fields as in the header, got \(got). "
                + "The file may hold several layouts under one header, or a comma outside quotes."
        case .invalidValue(_, let column, let index, let expected, let got, _):
            "column \(index) (\(column)): expected \(expected), got \"\(got)\". "
                + "Correct the value or leave it blank for NULL."
        case .unterminatedQuote:
            "a quote opens and never closes. Close it, or double a quote that belongs to the "
                + "text; a cut download does this too."
        case .textAfterQuote:
            "expected a comma or the end of the line after a closing quote, got more text. "
                + "Double the quotes that belong to the text."
        case .recordTooLong(_, let limit, _):
            "a record is longer than \(limit) bytes. A quote that never closes does this."
        case .repeatedHeader:
            "the header stands here once more. Files were joined; remove all headers but the first."
        case .loneCarriageReturn:
            "a carriage return without a newline. Save the file with line ends of Unix (LF) or Windows (CRLF)."
        }
    }

    /// What to do about a header that does not fit.
    private static func advice(header: [String]) -> String {
        let separators = [";": "semicolons", "\t": "tabs", "|": "bars"]
        guard header.count == 1, let name = header.first,
            let found = separators.first(where: { name.contains($0.key) })
        else { return "Is this a file of another colour or kind?" }
        return "Its columns are separated by \(found.value); save it with commas."
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
