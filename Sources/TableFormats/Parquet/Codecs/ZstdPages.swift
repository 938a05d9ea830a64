import CZstd

/// Zstandard of whole pages.
enum ZstdPages {
    static let levels = 1...22
    static let defaultLevel = 3

    /// A compression context of one level.
    final class Compressor {
        private let context: OpaquePointer
        private let level: Int32

        init(level: Int) throws(ParquetError) {
            guard let context = ZSTD_createCCtx() else { throw .compression(codec: .zstd, bytes: 0) }
            self.context = context
            self.level = Int32(clamping: level)
        }

        deinit { ZSTD_freeCCtx(context) }

        func compress(_ page: UnsafeRawBufferPointer, to output: inout PageBuffer) -> Bool {
            let bound = ZSTD_compressBound(page.count)
            return output.appendPacked(upTo: bound) { target in
                let size = ZSTD_compressCCtx(context, target, bound, page.baseAddress, page.count, level)
                return ZSTD_isError(size) == 0 ? size : nil
            }
        }
    }

    static func decompress(_ page: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> PageDamage? {
        let size = ZSTD_decompress(output.baseAddress, output.count, page.baseAddress, page.count)
        guard ZSTD_isError(size) == 0 else {
            // The error codes are not in zstd's stable header; a frame that tells its size tells whether it fits.
            let told = ZSTD_getFrameContentSize(page.baseAddress, page.count)
            return told > UInt64(output.count) && told < UInt64(Int64.max) ? .tooLong : .invalid
        }
        return size < output.count ? .tooShort(size) : nil
    }
}
