/// Why a Parquet file, or a column of it, could not be read. Offsets count bytes of the file from 0.
package enum ParquetReadError: Error, Sendable, Equatable {
    /// The part of the file in which something was wrong.
    package enum Place: Sendable, Equatable {
        /// The description of the file at its end.
        case footer
        /// The pages of one column in one row group; row groups count from 0.
        case pages(column: String, rowGroup: Int)
    }

    /// The first bytes are not those of Parquet.
    case notParquet(firstBytes: [UInt8], length: Int64)
    /// The file begins as Parquet and does not end so: it has no footer.
    case noFooter(length: Int64)
    /// The footer, or a column that was asked for, is encrypted; `column` is nil for the footer.
    case encrypted(column: String?)
    /// Fewer bytes came than the file was said to have.
    case cut(at: Int64, expected: Int, got: Int)
    /// Something is not as the format demands.
    case damaged(Place, at: Int64, expected: String, got: String)
    /// A page's bytes do not have the checksum that the file states.
    case checksumMismatch(Place, at: Int64)
    /// A page could not be unpacked.
    case badCompression(Place, at: Int64, cause: ParquetError)
    /// A size is greater than this reader accepts, in bytes or in number.
    case tooLarge(Place, at: Int64, what: String, size: Int64, limit: Int64)
    /// A value does not fit into the type that its column is read as. Rows count from 1 among those read.
    case badValue(column: String, row: Int64, expected: ColumnType, got: String)
    /// The column is of a kind that this reader does not know; the others can be read without it.
    case unsupported(column: String, what: String)
    /// There is no column of this name.
    case noSuchColumn(String, available: [String])
    /// Two columns have this name.
    case ambiguousColumn(String)
}

extension ParquetReadError: CustomStringConvertible {
    /// What failed, where, and what to do.
    package var description: String {
        switch self {
        case .notParquet(let bytes, let length):
            "Expected a Parquet file, which begins with PAR1, got \(Self.shown(bytes, length)). "
                + "The address may answer with a page instead of the file."
        case .noFooter(let length):
            "The Parquet file of \(length) bytes does not end with PAR1: its footer is missing. "
                + "The download was cut; get the file again."
        case .encrypted(nil): "The Parquet file is encrypted (its footer says PARE). Get it without encryption."
        case .encrypted(let column?): "The Parquet column \(column) is encrypted. Leave it out, or get it in the clear."
        case .cut(let offset, let expected, let got):
            "Expected \(expected) bytes of the Parquet file at byte \(offset), got \(got). "
                + "Was the file changed while it was read?"
        case .damaged(let place, let offset, let expected, let got):
            "\(place) at byte \(offset): expected \(expected), got \(got). The Parquet file is damaged; get it again."
        case .checksumMismatch(let place, let offset):
            "\(place) at byte \(offset): the checksum does not fit the page. The Parquet file is damaged; get it again."
        case .badCompression(let place, let offset, let cause): "\(place) at byte \(offset): \(cause)"
        case .tooLarge(let place, let offset, let what, let size, let limit):
            "\(place) at byte \(offset): \(what) is \(size), and at most \(limit) is accepted. "
                + "Write the file again with smaller pages, or read fewer rows at a time."
        case .badValue(let column, let row, let expected, let got):
            "Parquet column \(column), row \(row): expected \(expected.description), got \"\(got)\". Correct the value, or "
                + "write the column with another type."
        case .unsupported(let column, let what):
            "The Parquet column \(column) cannot be read: \(what). Choose other columns, or write the file without it."
        case .noSuchColumn(let name, let available):
            "The Parquet file has no column \(name); it has \(available.joined(separator: ", "))."
        case .ambiguousColumn(let name): "The Parquet file has two columns \(name). Rename one of them."
        }
    }

    private static func shown(_ bytes: [UInt8], _ length: Int64) -> String {
        guard length > 0 else { return "an empty file" }
        let isText = bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x0D }
        guard !isText else { return "\"\(String(decoding: bytes, as: UTF8.self))\" (\(length) bytes)" }
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        return "\(hex) (\(length) bytes)"
    }
}

extension ParquetReadError.Place: CustomStringConvertible {
    /// The place as the start of a sentence.
    package var description: String {
        switch self {
        case .footer: "Parquet footer"
        case .pages(let column, let rowGroup): "Parquet column \(column), row group \(rowGroup)"
        }
    }
}
