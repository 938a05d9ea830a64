import TestSupport
import Testing

@testable import TableFormats

struct ParquetCodecTests {
    private static let pages: [[UInt8]] = [
        [], [7], Array("abc".utf8), [UInt8](repeating: 0, count: 100_000),
        noise(70_000),
        (0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 100) },
    ]

    private static func noise(_ count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: 1)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private func decompress(_ codec: PageCodec, _ page: [UInt8], size: Int) throws(ParquetError) -> [UInt8] {
        try page.withUnsafeBufferPointer { (page) throws(ParquetError) in
            try codec.decompress(UnsafeRawBufferPointer(page), size: size)
        }
    }

    @Test(arguments: PageCodec.allCases)
    func unpacksWhatItPacked(codec: PageCodec) throws {
        let levels = codec.levels.map { [nil, $0.lowerBound, $0.upperBound] } ?? [nil]
        for page in Self.pages {
            for level in levels {
                #expect(try decompress(codec, codec.compress(page, level: level), size: page.count) == page)
            }
        }
    }

    @Test(arguments: PageCodec.allCases)
    func oneCompressorPacksManyPages(codec: PageCodec) throws {
        var compressor = try PageCompressor(codec)
        for page in Self.pages + Self.pages.reversed() {
            let packed = try page.withUnsafeBytes { Array(try compressor.pack($0)) }
            #expect(try decompress(codec, packed, size: page.count) == page)
        }
    }

    @Test(arguments: PageCodec.allCases)
    func tellsAPageThatYieldsLessOrMore(codec: PageCodec) throws {
        let page = Self.pages[5]
        let packed = try codec.compress(page)
        #expect(throws: ParquetError.decompression(codec: codec, expected: 50_001, damage: .tooShort(50_000))) {
            try decompress(codec, packed, size: 50_001)
        }
        #expect(throws: ParquetError.decompression(codec: codec, expected: 49_999, damage: .tooLong)) {
            try decompress(codec, packed, size: 49_999)
        }
        #expect(throws: ParquetError.decompression(codec: codec, expected: 0, damage: .tooLong)) {
            try decompress(codec, packed, size: 0)
        }
    }

    @Test(arguments: [PageCodec.gzip, .snappy, .zstd])
    func noCutPageIsTaken(codec: PageCodec) throws {
        let page = Array(Self.pages[5].prefix(5000))
        let packed = try codec.compress(page)
        for length in 0..<packed.count {
            #expect(throws: ParquetError.self) { try decompress(codec, Array(packed[..<length]), size: page.count) }
        }
    }

    @Test(arguments: [PageCodec.gzip, .snappy, .zstd])
    func aDamagedPageNeverTrapsOrYieldsAnotherLength(codec: PageCodec) throws {
        var random = SeededGenerator(seed: 3)
        let page = Array(Self.pages[5].prefix(3000))
        let packed = try codec.compress(page)
        for _ in 0..<2000 {
            var damaged = packed
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do throws(ParquetError) {
                #expect(try decompress(codec, damaged, size: page.count).count == page.count)
            } catch {
                guard case .decompression = error else { Issue.record("\(error)"); continue }
            }
        }
    }

    @Test func gzipMembersFollowEachOther() throws {
        let packed = try PageCodec.gzip.compress(Array("ab".utf8)) + PageCodec.gzip.compress(Array("cde".utf8))
        #expect(try decompress(.gzip, packed, size: 5) == Array("abcde".utf8))
        #expect(throws: ParquetError.decompression(codec: .gzip, expected: 4, damage: .tooLong)) {
            try decompress(.gzip, packed, size: 4)
        }
    }

    @Test func whatGzipPackedIsGzip() throws {
        let inflater = try GzipInflater()
        inflater.push(try PageCodec.gzip.compress(Self.pages[5]))
        var inflated: [UInt8] = []
        while let bytes = try inflater.pull() { inflated += bytes }
        try inflater.finish()
        #expect(inflated == Self.pages[5])
    }

    @Test(arguments: [(PageCodec.gzip, 13), (.gzip, -1), (.zstd, 0), (.zstd, 23)])
    func refusesLevelsThatACodecDoesNotHave(codec: PageCodec, level: Int) throws {
        let levels = try #require(codec.levels)
        #expect(throws: ParquetError.unsupportedLevel(codec: codec, level: level, levels: levels)) {
            try codec.compress([1], level: level)
        }
    }

    @Test func saysWhatIsWrong() {
        #expect(
            ParquetError.unsupportedLevel(codec: .gzip, level: 13, levels: 0...12).description
                == "The codec gzip has no level 13: choose one from 0 to 12.")
        #expect(
            ParquetError.decompression(codec: .zstd, expected: 10, damage: .tooShort(3)).description
                == "A Parquet page packed with zstd shall hold 10 bytes, but it holds 3 only. Fetch the file again.")
    }
}
