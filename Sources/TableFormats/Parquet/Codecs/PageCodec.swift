/// What packs the pages of a column chunk, by its number in the format. One implementation for writing and reading.
/// https://parquet.apache.org/docs/file-format/data-pages/compression/
package enum PageCodec: Int, Sendable, CaseIterable {
    /// Not packed.
    case uncompressed = 0
    /// Snappy, in its raw form without frames.
    case snappy = 1
    /// gzip (RFC 1952); several members may follow each other.
    case gzip = 2
    /// Zstandard frames (RFC 8878).
    case zstd = 6

    /// Packs bytes for one page. Packing many, keep a `PageCompressor` instead.
    /// - Parameter level: how hard to try, where the codec has levels. Defaults to the codec's own default.
    /// - Throws: `unsupportedLevel` or `compression`.
    package func compress(_ bytes: [UInt8], level: Int? = nil) throws(ParquetError) -> [UInt8] {
        var compressor = try PageCompressor(self, level: level)
        return try bytes.withUnsafeBufferPointer { (bytes) throws(ParquetError) in
            Array(try compressor.pack(UnsafeRawBufferPointer(bytes)))
        }
    }

    /// Unpacks a page. Allocates `size` bytes and no more, whatever the page says of itself.
    /// - Parameters:
    ///   - page: the packed bytes.
    ///   - size: how many bytes the page must yield, as its header says; the caller bounds it.
    /// - Throws: `decompression` when the page is damaged or yields another number of bytes.
    package func decompress(_ page: UnsafeRawBufferPointer, size: Int) throws(ParquetError) -> [UInt8] {
        var failure: ParquetError?
        let output = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            do throws(ParquetError) {
                try decompress(page, into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: size))
                count = size
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return output
    }

    /// Unpacks a page into memory that it must fill exactly.
    /// - Throws: `decompression` when the page is damaged or yields another number of bytes; what is in `output` then
    ///   means nothing.
    package func decompress(
        _ page: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) {
        let damage: PageDamage?
        switch self {
        case .uncompressed: damage = Self.copy(page, into: output)
        case .snappy: damage = SnappyPages.decompress(page, into: output)
        case .gzip: damage = GzipPages.decompress(page, into: output)
        case .zstd: damage = ZstdPages.decompress(page, into: output)
        }
        if let damage { throw .decompression(codec: self, expected: output.count, damage: damage) }
    }

    private static func copy(
        _ page: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> PageDamage? {
        guard page.count == output.count else { return page.count < output.count ? .tooShort(page.count) : .tooLong }
        output.copyMemory(from: page)
        return nil
    }
}

/// What is wrong with a packed page.
package enum PageDamage: Sendable, Equatable {
    /// The bytes are not what the codec writes, or a checksum does not fit.
    case invalid
    /// The page yields so many bytes only.
    case tooShort(Int)
    /// The page yields more bytes than expected.
    case tooLong
}

extension PageDamage: CustomStringConvertible {
    /// The damage as the end of a sentence.
    package var description: String {
        switch self {
        case .invalid: "it is damaged"
        case .tooShort(let size): "it holds \(size) only"
        case .tooLong: "it holds more"
        }
    }
}
