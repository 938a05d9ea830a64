import CDeflate

/// Packs pages and puts them one after another, each behind its header.
/// https://parquet.apache.org/docs/file-format/data-pages/
struct PageWriter: ~Copyable {
    /// The pages so far.
    private(set) var bytes: [UInt8] = []
    /// What headers and bodies would take if nothing were packed.
    private(set) var uncompressedSize = 0

    private var compressor: PageCompressor

    init(codec: ParquetOptions.Codec) throws(ParquetError) {
        compressor = try PageCompressor(codec.pageCodec, level: codec.level)
    }

    /// Appends the page of a dictionary's entries.
    mutating func appendDictionary(_ body: UnsafeRawBufferPointer, count: Int) throws(ParquetError) {
        let packed = try compressor.pack(body)
        append(packed, type: ParquetFormat.PageType.dictionary, uncompressed: body.count) { header in
            header.field(7) { page in
                page.field(1, i32: count)
                page.field(2, i32: ParquetFormat.Encoding.plain)
            }
        }
    }

    /// Appends a data page of version 1: levels, with their length before, and values packed together.
    mutating func appendDataV1(
        _ body: UnsafeRawBufferPointer, _ page: RowLayout.Page, encoding: Int
    ) throws(ParquetError) {
        let packed = try compressor.pack(body)
        append(packed, type: ParquetFormat.PageType.data, uncompressed: body.count) { header in
            header.field(5) { details in
                details.field(1, i32: page.rows.count)
                details.field(2, i32: encoding)
                details.field(3, i32: ParquetFormat.Encoding.rle)
                details.field(4, i32: ParquetFormat.Encoding.rle)
            }
        }
    }

    /// Appends a data page of version 2: levels as they are, then the values, packed where that makes them shorter.
    mutating func appendDataV2(
        _ body: UnsafeRawBufferPointer, levelsSize: Int, _ page: RowLayout.Page, encoding: Int
    ) throws(ParquetError) {
        let values = UnsafeRawBufferPointer(rebasing: body[levelsSize...])
        let packed = try compressor.pack(values)
        let isPacked = packed.count < values.count
        let stored = isPacked ? Array(body[..<levelsSize]) + Array(packed) : Array(body)
        stored.withUnsafeBytes { stored in
            append(stored, type: ParquetFormat.PageType.dataV2, uncompressed: body.count) { header in
                header.field(8) { details in
                    details.field(1, i32: page.rows.count)
                    details.field(2, i32: page.nullCount)
                    details.field(3, i32: page.rows.count)
                    details.field(4, i32: encoding)
                    details.field(5, i32: levelsSize)
                    details.field(6, i32: 0)
                    details.field(7, bool: isPacked)
                }
            }
        }
    }

    private mutating func append(
        _ body: UnsafeRawBufferPointer, type: Int, uncompressed: Int, _ details: (inout ThriftWriter) -> Void
    ) {
        let checksum = libdeflate_crc32(0, body.baseAddress, body.count)
        var header = ThriftWriter()
        header.field(1, i32: type)
        header.field(2, i32: uncompressed)
        header.field(3, i32: body.count)
        header.field(4, i32: Int(Int32(truncatingIfNeeded: checksum)))
        details(&header)
        header.stop()
        bytes += header.bytes
        bytes.append(contentsOf: body)
        uncompressedSize += header.bytes.count + uncompressed
    }
}
