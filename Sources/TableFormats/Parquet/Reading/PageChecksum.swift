import CDeflate

/// The checksum of a page as it lies in the file: the CRC-32 of gzip.
/// https://parquet.apache.org/docs/file-format/data-pages/checksumming/
enum PageChecksum {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        bytes.isEmpty ? 0 : libdeflate_crc32(0, bytes.baseAddress, bytes.count)
    }
}
