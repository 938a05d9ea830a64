import CZstd

/// One frame of zstd that tells its length and ends in a checksum.
///
/// Source of the format: <https://www.rfc-editor.org/rfc/rfc8878>
enum ZstdFrame {
    /// Level 1: the fastest of the standard ones.
    private static let level: Int32 = 1

    static func packed(_ bytes: [UInt8]) throws(LogSegmentError) -> [UInt8] {
        guard bytes.count <= LogSegmentFormat.longestContent else {
            throw .tooLarge(bytes: bytes.count, limit: LogSegmentFormat.longestContent)
        }
        guard let context = ZSTD_createCCtx() else { throw .notPacked(reason: "no memory") }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        var failure: String?
        let packed = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { buffer, count in
            let size = bytes.withUnsafeBytes {
                ZSTD_compress2(context, buffer.baseAddress, buffer.count, $0.baseAddress, $0.count)
            }
            if ZSTD_isError(size) != 0 { failure = name(of: size) } else { count = size }
        }
        if let failure { throw .notPacked(reason: failure) }
        // A bound is far more than was needed, and segments wait in memory.
        return Array(packed[...])
    }

    static func unpacked(_ frame: [UInt8], limit: Int) throws(LogSegmentError) -> [UInt8] {
        let size = frame.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        // The two values that zstd calls unknown and error are the greatest.
        guard size < UInt64.max - 1 else { throw .malformed(reason: "it is no frame of zstd that tells its length") }
        guard size <= UInt64(limit) else { throw .tooLarge(bytes: Int(clamping: size), limit: limit) }
        var failure: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            let read = frame.withUnsafeBytes {
                ZSTD_decompress(buffer.baseAddress, buffer.count, $0.baseAddress, $0.count)
            }
            if ZSTD_isError(read) != 0 { failure = name(of: read) } else { count = read }
        }
        if let failure { throw .malformed(reason: failure) }
        return bytes
    }

    private static func name(of code: Int) -> String {
        ZSTD_getErrorName(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
