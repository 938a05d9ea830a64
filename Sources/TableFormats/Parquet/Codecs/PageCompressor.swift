/// Packs pages one after another with the same memory. For one thread at a time.
struct PageCompressor: ~Copyable {
    private enum Method {
        case uncompressed
        case snappy
        case gzip(GzipPages.Compressor)
        case zstd(ZstdPages.Compressor)

        init(_ codec: PageCodec, level: Int?) throws(ParquetError) {
            switch codec {
            case .uncompressed: self = .uncompressed
            case .snappy: self = .snappy
            case .gzip: self = .gzip(try GzipPages.Compressor(level: level ?? GzipPages.defaultLevel))
            case .zstd: self = .zstd(try ZstdPages.Compressor(level: level ?? ZstdPages.defaultLevel))
            }
        }
    }

    private let codec: PageCodec
    private let method: Method
    private var output: PageBuffer

    /// - Parameter level: how hard to try, nil for the codec's default; codecs without levels do not look at it.
    /// - Throws: `unsupportedLevel` for a level that the codec does not have, `compression` when there is no memory.
    init(_ codec: PageCodec, level: Int? = nil) throws(ParquetError) {
        try codec.check(level: level)
        // Made first: a value that cannot be copied cannot be half made when something is thrown.
        let method = try Method(codec, level: level)
        self.codec = codec
        self.method = method
        output = PageBuffer()
    }

    /// The packed form of a page; valid until the next call, and no longer than `page` is.
    /// - Throws: `compression`.
    mutating func pack(_ page: UnsafeRawBufferPointer) throws(ParquetError) -> UnsafeRawBufferPointer {
        output.removeAll()
        let isPacked: Bool
        switch method {
        case .uncompressed: return page
        case .snappy: isPacked = SnappyPages.compress(page, to: &output)
        case .gzip(let compressor): isPacked = compressor.compress(page, to: &output)
        case .zstd(let compressor): isPacked = compressor.compress(page, to: &output)
        }
        guard isPacked else { throw .compression(codec: codec, bytes: page.count) }
        return output.bytes
    }
}

extension PageCodec {
    /// The levels that may be asked for; nil for a codec without levels.
    package var levels: ClosedRange<Int>? {
        switch self {
        case .uncompressed, .snappy: nil
        case .gzip: GzipPages.levels
        case .zstd: ZstdPages.levels
        }
    }

    func check(level: Int?) throws(ParquetError) {
        guard let level, let levels, !levels.contains(level) else { return }
        throw .unsupportedLevel(codec: self, level: level, levels: levels)
    }
}

extension PageBuffer {
    /// Appends what a codec writes into the room given to it: it answers how many bytes, or nil when it failed.
    /// - Returns: whether it succeeded.
    mutating func appendPacked(upTo size: Int, _ body: (UnsafeMutableRawPointer) -> Int?) -> Bool {
        var written: Int?
        append(upTo: size) { target in
            written = body(target)
            return written ?? 0
        }
        return written != nil
    }
}
