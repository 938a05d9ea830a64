import Testing

@testable import TableFormats

struct GzipTests {
    private func inflate(_ bytes: [UInt8], chunk: Int = 7, output: Int = 100) throws -> [UInt8] {
        let inflater = try GzipInflater(outputBytes: output)
        var plain: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let end = min(position + chunk, bytes.count)
            inflater.push(bytes[position..<end])
            position = end
            while let part = try inflater.pull() {
                #expect(part.count <= output)
                plain += part
            }
        }
        try inflater.finish()
        return plain
    }

    private func gzip(_ text: String) throws -> [UInt8] {
        try GzipDeflater().compressWhole(Array(text.utf8))
    }

    @Test(arguments: [0, 1, 100, 5000, 300_000], [1, 6, 9])
    func roundTripsAnyLength(count: Int, level: Int) throws {
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let deflater = try GzipDeflater(level: level)
        var packed = try deflater.compress(plain[..<(count / 2)])
        packed += try deflater.compress(plain[(count / 2)...])
        packed += try deflater.finish()
        #expect(try inflate(packed, chunk: 1009, output: 4096) == plain)
        // The deflater is ready for the next block.
        #expect(try inflate(try deflater.compressWhole(plain), chunk: 1009, output: 4096) == plain)
    }

    @Test func writesNoTimeIntoTheHeader() throws {
        #expect(try gzip("a").prefix(8) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    }

    @Test(arguments: [1, 2, 3, 19, 1000])
    func readsMembersOneAfterAnother(chunk: Int) throws {
        let bytes = try gzip("first,") + gzip("") + gzip("second")
        #expect(try inflate(bytes, chunk: chunk) == Array("first,second".utf8))
    }

    @Test func readsThousandsOfMembers() throws {
        let parts = (0..<3000).map { "row \($0)\n" }
        let bytes = try parts.flatMap { try gzip($0) }
        #expect(try inflate(bytes, chunk: 5000, output: 1000) == Array(parts.joined().utf8))
    }

    @Test(arguments: [1, 2, 5, 1000])
    func readsEveryHeaderField(chunk: Int) throws {
        let plain = try gzip("text")
        let extra: [UInt8] = [3, 0, 1, 2, 3]
        var header: [UInt8] = [0x1F, 0x8B, 8, 0b0001_1100, 1, 2, 3, 4, 0, 3] + extra
        header += Array("name.csv\u{0}a comment\u{0}".utf8)
        #expect(try inflate(header + plain.dropFirst(10), chunk: chunk) == Array("text".utf8))
        #expect(throws: GzipError.truncated(after: 20)) { try inflate(Array(header.prefix(20)), chunk: chunk) }
    }

    @Test func neverPassesDamageOff() throws {
        let text = (0..<200).map { "\($0),2021-01-01 00:30:10,\($0 % 7)" }.joined(separator: "\n")
        let whole = try gzip(text)
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 1 << UInt8(index % 8)
            // Bytes 3 to 9 of the header say nothing about the data but which fields follow; before the trailer are
            // bits that only fill a byte.
            if let plain = try? inflate(damaged, chunk: 200, output: 5000) {
                #expect((3..<10).contains(index) || index == whole.count - 9, "byte \(index)")
                #expect(plain == Array(text.utf8))
            }
        }
    }

    @Test func acceptsZeroPadding() throws {
        #expect(try inflate(gzip("x") + [0, 0, 0, 0]) == Array("x".utf8))
    }

    @Test func boundsWhatOnePullReturns() throws {
        let bomb = try GzipDeflater().compressWhole([UInt8](repeating: 0, count: 1 << 20))
        #expect(bomb.count < 2000)
        #expect(try inflate(bomb, chunk: bomb.count, output: 1000).count == 1 << 20)
    }

    @Test func tellsEachDamageApart() throws {
        let whole = try gzip("some text that is long enough to be packed, packed, packed")
        for cut in 2..<whole.count {
            #expect(throws: GzipError.truncated(after: cut)) { try inflate(Array(whole.prefix(cut))) }
        }
        var checksum = whole
        checksum[whole.count - 8] ^= 1
        #expect(throws: GzipError.checksumMismatch(at: whole.count - 4)) { try inflate(checksum) }
        var length = whole
        length[whole.count - 4] ^= 1
        #expect(throws: GzipError.lengthMismatch(at: whole.count)) { try inflate(length) }
        #expect(throws: GzipError.trailingGarbage(at: whole.count)) { try inflate(whole + Array("\r\n<html>".utf8)) }
        #expect(throws: GzipError.trailingGarbage(at: whole.count)) { try inflate(whole + [0x1F]) }
        #expect(throws: GzipError.trailingGarbage(at: whole.count + 2)) { try inflate(whole + [0, 0, 7]) }
        #expect(throws: GzipError.notGzip(firstBytes: Array("<html>".utf8))) { try inflate(Array("<html>".utf8)) }
        #expect(throws: GzipError.notGzip(firstBytes: [])) { try inflate([]) }
        #expect(throws: GzipError.notGzip(firstBytes: [0x1F])) { try inflate([0x1F]) }
        var corrupt = whole
        corrupt[10] = 0xFF
        #expect(throws: GzipError.self) { try inflate(corrupt) }
    }

    @Test func explainsItself() {
        #expect(
            GzipError.notGzip(firstBytes: [0x3C, 0x0A]).description
                == "Expected gzip data, which begins with 1f 8b, got 3c 0a. "
                + "The address may answer with a page instead of the file."
        )
    }
}
