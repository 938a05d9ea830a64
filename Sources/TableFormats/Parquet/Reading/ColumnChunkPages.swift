/// The pages of one column in one row group, read one after another in bounded pieces.
struct ColumnChunkPages {
    /// A page, unpacked.
    struct Page {
        var head: StoredPageHead
        /// The bytes of the values, or of levels and values.
        var bytes: [UInt8]
        /// The bytes of the definition levels in a page of version 2, where they are never packed.
        var levels: [UInt8]
        /// Where the page's head begins in the file.
        var offset: Int64
    }

    /// The greatest page that is accepted, in bytes unpacked. Writers aim at about 1 MiB.
    static let maximumPageBytes: Int64 = 256 << 20
    /// The longest head of a page that is accepted; those with least and greatest texts are long.
    private static let maximumHeadBytes = 16 << 20
    /// Bytes within which nearly all heads lie.
    private static let usualHeadBytes = 256

    private let place: ParquetReadError.Place
    private let codec: PageCodec
    private var window: FileWindow

    /// - Throws: `unsupported`, `encrypted` or `damaged` where the chunk cannot be read.
    init(
        _ chunk: StoredColumnChunk, of column: ParquetColumn, rowGroup: Int, rows: Int, fileLength: Int64,
        read: @escaping ParquetFile.Read
    ) throws(ParquetReadError) {
        place = .pages(column: column.name, rowGroup: rowGroup)
        guard !chunk.isEncrypted else { throw .encrypted(column: column.name) }
        guard !chunk.isElsewhere else { throw .unsupported(column: column.name, what: "its pages lie in another file") }
        guard let codec = PageCodec(rawValue: Int(chunk.codec)) else {
            let name = StoredCodec(rawValue: chunk.codec).map { "\($0)" } ?? "of number \(chunk.codec)"
            throw .unsupported(
                column: column.name,
                what: "its pages are packed with the codec \(name); none, snappy, gzip and zstd are")
        }
        self.codec = codec
        guard let data = chunk.dataPageOffset else {
            throw .damaged(place, at: 0, expected: "a place of its pages", got: "none in the footer")
        }
        // Zero is how some writers say that there is no dictionary.
        let start = min(data, chunk.dictionaryPageOffset.flatMap { $0 > 0 ? $0 : nil } ?? data)
        let (end, isTooGreat) = start.addingReportingOverflow(chunk.compressedSize)
        guard start >= 4, chunk.compressedSize >= 0, !isTooGreat, end <= fileLength else {
            throw .damaged(
                place, at: start, expected: "pages within the \(fileLength) bytes of the file",
                got: "\(chunk.compressedSize) bytes")
        }
        guard chunk.valueCount == Int64(rows) else {
            throw .damaged(place, at: start, expected: "\(rows) values, one a row", got: "\(chunk.valueCount)")
        }
        window = FileWindow(start..<end, read: read)
    }

    /// Where the next page begins.
    var offset: Int64 { window.offset }

    /// The next page of data or dictionary, nil after the last.
    mutating func next() throws -> Page? {
        while !window.isAtEnd {
            let offset = window.offset
            let head = try readHead()
            let size = try checkedSize(head, at: offset)
            guard try window.fill(size) else {
                throw ParquetReadError.damaged(
                    place, at: offset, expected: "a page of \(size) bytes", got: "the end of the column's pages")
            }
            if head.kind == .other {
                window.advance(size)
                continue
            }
            let page = try window.withBytes(size) { (bytes) throws(ParquetReadError) in
                try unpack(bytes, head, at: offset)
            }
            window.advance(size)
            return page
        }
        return nil
    }

    /// Reads the head; how long it is only its end tells, so that more bytes are fetched until it is whole.
    private mutating func readHead() throws -> StoredPageHead {
        var wanted = Self.usualHeadBytes
        while true {
            let isAll = try !window.fill(wanted) || wanted >= Self.maximumHeadBytes
            let (bytes, range) = window.unread(atMost: Self.maximumHeadBytes)
            var reader = ThriftReader(bytes, in: range)
            do throws(ThriftReadError) {
                let head = try StoredPageHead(&reader)
                window.advance(reader.position - range.lowerBound)
                return head
            } catch {
                if case .cut = error, !isAll {
                    wanted = min(max(wanted, range.count) * 4, Self.maximumHeadBytes)
                    continue
                }
                throw error.damaged(place, start: window.offset - Int64(range.lowerBound))
            }
        }
    }

    /// The page's bytes in the file, once its numbers make sense.
    private func checkedSize(_ head: StoredPageHead, at offset: Int64) throws(ParquetReadError) -> Int {
        guard head.packedSize >= 0, head.unpackedSize >= 0, head.valueCount >= 0 else {
            throw .damaged(
                place, at: offset, expected: "a page's sizes",
                got: "\(head.packedSize) bytes packed, \(head.unpackedSize) unpacked, \(head.valueCount) values")
        }
        let size = max(Int64(head.packedSize), Int64(head.unpackedSize))
        guard size <= Self.maximumPageBytes else {
            throw .tooLarge(
                place, at: offset, what: "the page's size in bytes", size: size, limit: Self.maximumPageBytes)
        }
        return Int(head.packedSize)
    }

    private func unpack(
        _ bytes: UnsafeRawBufferPointer, _ head: StoredPageHead, at offset: Int64
    ) throws(ParquetReadError) -> Page {
        if let checksum = head.checksum, UInt32(bitPattern: checksum) != PageChecksum.of(bytes) {
            throw .checksumMismatch(place, at: offset)
        }
        guard head.kind == .dataV2 else {
            let unpacked = try unpack(bytes, codec, Int(head.unpackedSize), at: offset)
            return Page(head: head, bytes: unpacked, levels: [], offset: offset)
        }
        let levels = Int64(head.repetitionBytes) + Int64(head.definitionBytes)
        guard head.repetitionBytes >= 0, head.definitionBytes >= 0, levels <= Int64(bytes.count),
            levels <= Int64(head.unpackedSize)
        else {
            throw .damaged(
                place, at: offset, expected: "levels within the \(bytes.count) bytes of the page",
                got: "\(levels) bytes")
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[Int(levels)...])
        let size = Int(head.unpackedSize) - Int(levels)
        // Writers leave values that are none unpacked, whatever the head says.
        let isPacked = head.isPacked && !(size == 0 && rest.isEmpty)
        return Page(
            head: head, bytes: try unpack(rest, isPacked ? codec : .uncompressed, size, at: offset),
            levels: Array(bytes[Int(head.repetitionBytes)..<Int(levels)]), offset: offset)
    }

    private func unpack(
        _ bytes: UnsafeRawBufferPointer, _ codec: PageCodec, _ size: Int, at offset: Int64
    ) throws(ParquetReadError) -> [UInt8] {
        do throws(ParquetError) {
            return try codec.decompress(bytes, size: size)
        } catch {
            throw .badCompression(place, at: offset, cause: error)
        }
    }
}
