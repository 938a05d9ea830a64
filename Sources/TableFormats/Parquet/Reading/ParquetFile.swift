/// The description of a Parquet file, read from its end and checked: its columns, row groups and metadata.
///
///     let file = try ParquetFile(length: length, read: read)
///     let cursor = try ParquetColumnCursor(file, column: 0, read: read)
///     while case let column = try cursor.next(rows: 16_384), column.count > 0 { … }
///
/// https://parquet.apache.org/docs/file-format/
package struct ParquetFile: Sendable {
    /// Answers the bytes of a range of the file. It is asked for at most a few hundred KiB at a time, more only where a
    /// single page is greater, and may be called by several threads at once.
    package typealias Read = @Sendable (Range<Int64>) throws -> [UInt8]

    /// The longest footer that is accepted, in bytes.
    package static let maximumFooterBytes = 32 << 20
    /// What is read from the file's end at first, in bytes; most footers fit.
    private static let firstRead: Int64 = 64 << 10
    private static let magic = Array("PAR1".utf8)
    private static let encryptedMagic = Array("PARE".utf8)
    /// The closing magic number and the footer's length before it.
    private static let tailBytes = 8

    /// The file's length in bytes.
    package let length: Int64
    /// The columns, in the file's order; nested ones, which cannot be read, stand among them with a `problem`.
    package let columns: [ParquetColumn]
    /// Rows of the file.
    package let rowCount: Int64
    /// The row groups, in the file's order.
    package let rowGroups: [ParquetRowGroup]
    /// What the file says about itself.
    package let metadata: [(name: String, value: String)]
    /// Who wrote the file, such as `parquet-cpp-arrow version 7.0.0`; nil where it does not say.
    package let createdBy: String?

    /// Reads and checks the footer.
    /// - Parameters:
    ///   - length: the file's length in bytes.
    ///   - read: answers the bytes of a range of the file.
    /// - Throws: `ParquetReadError`, or what `read` throws.
    package init(length: Int64, read: Read) throws {
        let (bytes, start) = try Self.footer(length: length, read)
        let footer: StoredFooter
        do throws(ThriftReadError) {
            var reader = ThriftReader(bytes, in: 0..<bytes.count)
            footer = try StoredFooter(&reader)
        } catch {
            throw error.damaged(.footer, start: start)
        }
        guard !footer.isEncrypted else { throw ParquetReadError.encrypted(column: nil) }
        do throws(PageDecodeError) {
            let (columns, chunkCount) = try ParquetColumn.columns(of: footer.schema)
            (rowGroups, rowCount) = try ParquetRowGroup.rowGroups(footer, columns: columns, chunkCount: chunkCount)
            self.columns = columns
        } catch {
            throw ParquetReadError(error, in: .footer, at: start)
        }
        self.length = length
        metadata = footer.metadata
        createdBy = footer.createdBy
    }

    /// The columns that can be read, as a schema of the file's own names and types.
    package var schema: TableSchema {
        TableSchema(columns.filter { $0.problem == nil }.map { ColumnDefinition($0.name, $0.type) })
    }

    /// The place of the column of exactly this name.
    /// - Throws: `noSuchColumn`, or `ambiguousColumn` where two have the name.
    package func index(of name: String) throws(ParquetReadError) -> Int {
        guard let index = columns.firstIndex(where: { $0.name == name }) else {
            throw .noSuchColumn(name, available: columns.map(\.name))
        }
        guard columns.lastIndex(where: { $0.name == name }) == index else { throw .ambiguousColumn(name) }
        return index
    }

    /// The footer's bytes and where they begin.
    private static func footer(length: Int64, _ read: Read) throws -> ([UInt8], Int64) {
        let start = try ParquetFile.bytes(0..<max(0, min(length, 4)), read)
        guard start == magic || start == encryptedMagic else {
            let shown = try ParquetFile.bytes(0..<max(0, min(length, 16)), read)
            throw ParquetReadError.notParquet(firstBytes: shown, length: length)
        }
        guard length >= Int64(magic.count + tailBytes) else { throw ParquetReadError.noFooter(length: length) }
        let tailStart = max(0, length - firstRead)
        let tail = try ParquetFile.bytes(tailStart..<length, read)
        if tail.suffix(4) == encryptedMagic[...] { throw ParquetReadError.encrypted(column: nil) }
        guard tail.suffix(4) == magic[...] else { throw ParquetReadError.noFooter(length: length) }
        let size = tail.suffix(tailBytes).prefix(4).reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let footerStart = length - Int64(tailBytes) - size
        let place = ParquetReadError.Place.footer
        guard footerStart >= Int64(magic.count) else {
            throw ParquetReadError.damaged(
                place, at: length - Int64(tailBytes),
                expected: "a footer of at most \(length - Int64(tailBytes + magic.count)) bytes", got: "one of \(size)")
        }
        guard size <= Int64(maximumFooterBytes) else {
            throw ParquetReadError.tooLarge(
                place, at: footerStart, what: "its length in bytes", size: size, limit: Int64(maximumFooterBytes))
        }
        if footerStart >= tailStart {
            return (Array(tail[Int(footerStart - tailStart)..<tail.count - tailBytes]), footerStart)
        }
        return (try ParquetFile.bytes(footerStart..<length - Int64(tailBytes), read), footerStart)
    }

    /// The bytes of a range, all of them.
    static func bytes(_ range: Range<Int64>, _ read: Read) throws -> [UInt8] {
        guard !range.isEmpty else { return [] }
        let bytes = try read(range)
        guard bytes.count == range.count else {
            throw ParquetReadError.cut(at: range.lowerBound, expected: range.count, got: bytes.count)
        }
        return bytes
    }
}

extension ThriftReadError {
    /// The error in a struct that begins at `start`.
    func damaged(_ place: ParquetReadError.Place, start: Int64) -> ParquetReadError {
        switch self {
        case .cut(let position):
            .damaged(place, at: start + Int64(position), expected: "more bytes", got: "the end")
        case .malformed(let position, let expected, let got):
            .damaged(place, at: start + Int64(position), expected: expected, got: got)
        }
    }
}

extension ParquetReadError {
    /// The error of a page, in its place.
    init(_ error: PageDecodeError, in place: Place, at offset: Int64) {
        switch error {
        case .malformed(let expected, let got):
            self = .damaged(place, at: offset, expected: expected, got: got)
        case .unsupported(let what):
            if case .pages(let column, _) = place {
                self = .unsupported(column: column, what: what)
            } else {
                self = .damaged(place, at: offset, expected: "what this reader knows", got: what)
            }
        case .tooLarge(let what, let size, let limit):
            self = .tooLarge(place, at: offset, what: what, size: Int64(size), limit: Int64(limit))
        }
    }
}
