/// Reads one column of a Parquet file from its first row to its last, page by page: memory is bounded by a page and the
/// rows asked for, however large the row groups are.
///
/// One thread at a time; cursors of other columns are independent of it. After an error it is of no more use.
package final class ParquetColumnCursor {
    /// The most rows that one `next` answers.
    package static let maximumRows = 1 << 24

    /// The column that is read.
    package let column: ParquetColumn
    /// Rows that were not handed out.
    package private(set) var remainingRows: Int64
    /// Rows that were handed out.
    private var rowsTaken: Int64 = 0

    private let file: ParquetFile
    private let rowGroups: [Int]
    private let read: ParquetFile.Read
    private let decoder: (any PageValueDecoder)?
    private var validity = ValidityDecoder()
    /// The place in `rowGroups` of the one that comes next.
    private var nextRowGroup = 0
    private var pages: ColumnChunkPages?
    /// Rows of the row group whose pages were not begun.
    private var rowGroupRows = 0
    private var page = ColumnChunkPages.Page?.none
    /// Rows of the page that were not handed out.
    private var pageRows = 0
    private var hasDictionary = false

    /// - Parameters:
    ///   - file: the file.
    ///   - column: the column's place in `file.columns`.
    ///   - rowGroups: the row groups to read, in this order. Defaults to all.
    ///   - read: answers the bytes of a range of the file.
    /// - Throws: the column's `problem`, where it has one.
    package init(
        _ file: ParquetFile, column: Int, rowGroups: [Int]? = nil, read: @escaping ParquetFile.Read
    ) throws(ParquetReadError) {
        self.file = file
        self.column = file.columns[column]
        self.rowGroups = rowGroups ?? Array(file.rowGroups.indices)
        self.read = read
        if let problem = self.column.problem { throw problem }
        remainingRows = self.rowGroups.reduce(0) { $0 + Int64(file.rowGroups[$1].rowCount) }
        decoder = self.column.makeDecoder()
    }

    /// The next rows: as many as asked for, fewer only at the end, where there are none any more.
    /// - Parameter rows: how many, at most `maximumRows`.
    /// - Throws: `ParquetReadError`, or what `read` throws.
    package func next(rows: Int) throws -> Column {
        let before = rowsTaken
        let (values, bad) = try nextTakingAll(rows: rows)
        guard let first = bad.first else { return values }
        throw ParquetReadError.badValue(
            column: column.name, row: before + Int64(first.row) + 1, expected: column.type, got: first.text)
    }

    /// The next rows, with NULL in place of each bad value.
    /// - Parameter rows: how many, at most `maximumRows`.
    /// - Throws: `ParquetReadError`, but not `badValue`, or what `read` throws.
    package func nextTakingAll(rows: Int) throws -> (values: Column, bad: [ParquetBadValue]) {
        precondition((0...Self.maximumRows).contains(rows), "at most \(Self.maximumRows) rows at a time")
        let wanted = Int(min(Int64(rows), remainingRows))
        validity.reserve(rows: wanted)
        guard let decoder else { return (nulls(wanted), []) }
        decoder.reserve(rows: wanted)
        var done = 0
        while done < wanted {
            guard pageRows > 0 else {
                try advance(decoder)
                continue
            }
            let some = min(wanted - done, pageRows)
            try take(some, after: done, decoder)
            done += some
            pageRows -= some
        }
        remainingRows -= Int64(wanted)
        rowsTaken += Int64(wanted)
        let values = Column(
            type: column.type, count: wanted, nullCount: validity.nullCount, values: decoder.finish(),
            validity: validity.flags)
        let bad = decoder.badValues
        return (values.nulling(bad.map(\.row)), bad)
    }

    /// A column that the file says is NULL in every row; its pages are not looked at.
    private func nulls(_ rows: Int) -> Column {
        let builder = ColumnBuilder(type: column.type, capacity: rows)
        builder.appendNulls(rows)
        remainingRows -= Int64(rows)
        return builder.finish()
    }

    /// Takes rows of the page at hand.
    private func take(_ rows: Int, after done: Int, _ decoder: any PageValueDecoder) throws(ParquetReadError) {
        guard let page else { return }
        try inPlace(of: page) { () throws(PageDecodeError) in
            let levels = page.head.kind == .dataV2 ? page.levels : page.bytes
            let nullsBefore = validity.nullCount
            let valid = try levels.withUnsafeBufferPointer { levels throws(PageDecodeError) in
                try validity.append(rows: rows, from: UnsafeRawBufferPointer(levels))
            }
            let hasNulls = validity.nullCount > nullsBefore
            try page.bytes.withUnsafeBufferPointer { bytes throws(PageDecodeError) in
                try validity.flags.withUnsafeBufferPointer { flags throws(PageDecodeError) in
                    try decoder.append(
                        rows: rows, valid: valid, validity: hasNulls ? flags.baseAddress.map { $0 + done } : nil,
                        from: UnsafeRawBufferPointer(bytes))
                }
            }
        }
    }

    /// Steps to the next page, or to the next row group that has rows.
    private func advance(_ decoder: any PageValueDecoder) throws {
        guard rowGroupRows > 0 else { return try beginRowGroup(decoder) }
        guard let next = try pages?.next() else {
            throw ParquetReadError.damaged(
                place, at: pages?.offset ?? 0, expected: "pages with \(rowGroupRows) more rows", got: "their end")
        }
        page = next
        if next.head.kind == .dictionary {
            guard !hasDictionary else {
                throw ParquetReadError.damaged(place, at: next.offset, expected: "one dictionary", got: "another")
            }
            hasDictionary = true
            try inPlace(of: next) { () throws(PageDecodeError) in try readDictionary(next, decoder) }
            return
        }
        let rows = Int(next.head.valueCount)
        guard rows <= rowGroupRows else {
            throw ParquetReadError.damaged(
                place, at: next.offset, expected: "a page of at most \(rowGroupRows) rows", got: "\(rows)")
        }
        try inPlace(of: next) { () throws(PageDecodeError) in try begin(next, decoder) }
        rowGroupRows -= rows
        pageRows = rows
    }

    private func beginRowGroup(_ decoder: any PageValueDecoder) throws(ParquetReadError) {
        decoder.forgetDictionary()
        hasDictionary = false
        let index = rowGroups[nextRowGroup]
        let group = file.rowGroups[index]
        nextRowGroup += 1
        rowGroupRows = group.rowCount
        guard rowGroupRows > 0 else { return }
        pages = try ColumnChunkPages(
            group.chunks[column.chunkIndex], of: column, rowGroup: index, rows: group.rowCount,
            fileLength: file.length, read: read)
    }

    private func readDictionary(
        _ page: ColumnChunkPages.Page, _ decoder: any PageValueDecoder
    ) throws(PageDecodeError) {
        switch StoredEncoding(rawValue: page.head.encoding) {
        case .plain, .plainDictionary: break
        default: throw .unsupported("its dictionary has the encoding of number \(page.head.encoding)")
        }
        try page.bytes.withUnsafeBufferPointer { bytes throws(PageDecodeError) in
            try decoder.readDictionary(UnsafeRawBufferPointer(bytes), count: Int(page.head.valueCount))
        }
    }

    /// Finds where levels and values of a page lie.
    private func begin(_ page: ColumnChunkPages.Page, _ decoder: any PageValueDecoder) throws(PageDecodeError) {
        guard let encoding = StoredEncoding(rawValue: page.head.encoding) else {
            throw .unsupported("its pages have the encoding of number \(page.head.encoding)")
        }
        try page.bytes.withUnsafeBufferPointer { bytes throws(PageDecodeError) in
            let bytes = UnsafeRawBufferPointer(bytes)
            var start = 0
            if !column.isOptional {
                validity.begin(.all)
            } else if page.head.kind == .dataV2 {
                validity.begin(.runs(try HybridRLEDecoder(width: 1, in: 0..<page.levels.count)))
            } else {
                start = try beginLevels(page.head, bytes)
            }
            try decoder.begin(encoding, bytes, in: start..<bytes.count)
        }
    }

    /// Finds the levels before the values of a page of version 1. Answers where they end.
    private func beginLevels(
        _ head: StoredPageHead, _ bytes: UnsafeRawBufferPointer
    ) throws(PageDecodeError) -> Int {
        switch StoredEncoding(rawValue: head.levelEncoding) {
        case .rle:
            var position = 0
            let length = try PageBytes.length(bytes, &position, bytes.count)
            validity.begin(.runs(try HybridRLEDecoder(width: 1, in: position..<position + length)))
            return position + length
        case .bitPacked:
            let size = (Int(head.valueCount) + 7) / 8
            guard size <= bytes.count else { throw .tooShort }
            validity.begin(.bits(next: 0, end: size * 8))
            return size
        default: throw .unsupported("its levels have the encoding of number \(head.levelEncoding)")
        }
    }

    private var place: ParquetReadError.Place {
        .pages(column: column.name, rowGroup: nextRowGroup > 0 ? rowGroups[nextRowGroup - 1] : 0)
    }

    private func inPlace(
        of page: ColumnChunkPages.Page, _ body: () throws(PageDecodeError) -> Void
    ) throws(ParquetReadError) {
        do throws(PageDecodeError) {
            try body()
        } catch {
            throw ParquetReadError(error, in: place, at: page.offset)
        }
    }
}
