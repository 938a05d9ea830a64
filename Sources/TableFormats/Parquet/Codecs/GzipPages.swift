import CDeflate

/// gzip of whole pages by libdeflate.
enum GzipPages {
    static let levels = 0...12
    static let defaultLevel = 1

    /// libdeflate's compressor of one level.
    final class Compressor {
        private let compressor: OpaquePointer

        init(level: Int) throws(ParquetError) {
            guard let compressor = libdeflate_alloc_compressor(Int32(clamping: level)) else {
                throw .compression(codec: .gzip, bytes: 0)
            }
            self.compressor = compressor
        }

        deinit { libdeflate_free_compressor(compressor) }

        func compress(_ page: UnsafeRawBufferPointer, to output: inout PageBuffer) -> Bool {
            let bound = libdeflate_gzip_compress_bound(compressor, page.count)
            return output.appendPacked(upTo: bound) { target in
                let size = libdeflate_gzip_compress(compressor, page.baseAddress, page.count, target, bound)
                return size == 0 ? nil : size
            }
        }
    }

    static func decompress(_ page: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> PageDamage? {
        guard let decompressor = libdeflate_alloc_decompressor() else { return .invalid }
        defer { libdeflate_free_decompressor(decompressor) }
        var (taken, given) = (0, 0)
        // Several members may follow each other: https://parquet.apache.org/docs/file-format/data-pages/compression/
        repeat {
            let input = UnsafeRawBufferPointer(rebasing: page[taken...])
            let room = UnsafeMutableRawBufferPointer(rebasing: output[given...])
            var (read, written) = (0, 0)
            let result = libdeflate_gzip_decompress_ex(
                decompressor, input.baseAddress, input.count, room.baseAddress, room.count, &read, &written)
            guard result != LIBDEFLATE_INSUFFICIENT_SPACE else { return .tooLong }
            guard result == LIBDEFLATE_SUCCESS, read > 0 else { return .invalid }
            taken += read
            given += written
        } while taken < page.count
        return given < output.count ? .tooShort(given) : nil
    }
}
