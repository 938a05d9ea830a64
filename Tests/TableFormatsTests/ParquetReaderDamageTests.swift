import Foundation
import TestSupport
import Testing

@testable import TableFormats

/// Good files, damaged: each must be refused with the reader's own error, or give the right number of rows.
struct ParquetReaderDamageTests {
    /// A small file of the corpus.
    private static func seed(_ name: String) throws -> [UInt8] {
        try ParquetBytes(path: FuzzCorpusTests.folder.appendingPathComponent("parquet/\(name)").path).bytes
    }

    /// Reads all columns. Answers whether the file was refused; anything but the reader's own error is thrown on.
    private func isRefused(_ bytes: [UInt8]) throws -> Bool {
        do {
            let damaged = ParquetBytes(bytes)
            let file = try damaged.open()
            for index in file.columns.indices {
                #expect(try damaged.column(file, index, rows: 100).count == Int(file.rowCount))
            }
            return false
        } catch let error as ParquetReadError {
            #expect(!error.description.isEmpty)
            return true
        }
    }

    private static let seeds = [
        "pyarrow-groups", "pyarrow-gzip-1.0", "pyarrow-zstd-2.0", "pyarrow-fallback", "duckdb-V2-uncompressed",
    ]

    @Test(arguments: seeds)
    func refusesAFileThatIsCut(seed: String) throws {
        let bytes = try Self.seed(seed)
        #expect(try !isRefused(bytes))
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(try isRefused(Array(bytes[..<length])), "cut after \(length) bytes")
        }
    }

    @Test(arguments: seeds)
    func refusesOrReadsAFileWithAFlippedByte(seed: String) throws {
        let bytes = try Self.seed(seed)
        var refused = 0
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= [0x01, 0x80, 0xFF][position % 3]
            if try isRefused(damaged) { refused += 1 }
        }
        // Some bytes are of no consequence: names, statistics, values themselves.
        #expect(refused > bytes.count / 10)
    }

    @Test func findsEveryFlippedByteOfAPageWithAChecksum() throws {
        let bytes = try Self.seed("pyarrow-groups")
        let file = try ParquetBytes(bytes).open()
        let chunk = file.rowGroups[0].chunks[0]
        let start = Int(chunk.dictionaryPageOffset ?? chunk.dataPageOffset ?? 0)
        var found = 0
        for position in start..<start + Int(chunk.compressedSize) {
            var damaged = bytes
            damaged[position] ^= 0x10
            do {
                _ = try ParquetBytes(damaged).column(file, 0, rows: 100)
            } catch ParquetReadError.checksumMismatch(.pages(column: "i32", rowGroup: 0), at: _) {
                found += 1
            } catch is ParquetReadError {
                // A page's head has no checksum.
            }
        }
        #expect(found >= 20)
    }

    @Test func refusesWhatIsNoParquet() throws {
        let html = Array("<html><body>403</body></html>".utf8)
        #expect(throws: ParquetReadError.notParquet(firstBytes: Array(html.prefix(16)), length: 29)) {
            try ParquetBytes(html).open()
        }
        #expect(throws: ParquetReadError.notParquet(firstBytes: [], length: 0)) { try ParquetBytes([]).open() }
        #expect(throws: ParquetReadError.noFooter(length: 4)) { try ParquetBytes(Array("PAR1".utf8)).open() }
        #expect(throws: ParquetReadError.encrypted(column: nil)) {
            try ParquetBytes(Array("PAR1............PARE".utf8)).open()
        }
        let long = Array("PAR1".utf8) + [0xFF, 0xFF, 0xFF, 0x7F] + Array("PAR1".utf8)
        #expect(
            throws: ParquetReadError.damaged(
                .footer, at: 4, expected: "a footer of at most 0 bytes", got: "one of 2147483647")
        ) {
            try ParquetBytes(long).open()
        }
    }

    @Test(arguments: [("pyarrow-lz4-1.0", "lz4"), ("pyarrow-brotli-2.0", "brotli")])
    func namesTheCodecThatItDoesNotKnow(seed: String, codec: String) throws {
        let bytes = ParquetBytes(try Self.seed(seed))
        let file = try bytes.open()
        #expect {
            _ = try bytes.column(file, 1, rows: 1)
        } throws: { error in
            "\(error)".hasPrefix("The Parquet column t cannot be read: its pages are packed with the codec \(codec)")
        }
    }

    @Test func saysWhereAndWhatToDo() {
        let place = ParquetReadError.Place.pages(column: "fare", rowGroup: 2)
        #expect(
            "\(ParquetReadError.damaged(place, at: 77, expected: "x", got: "y"))"
                == "Parquet column fare, row group 2 at byte 77: expected x, got y. "
                + "The Parquet file is damaged; get it again.")
        #expect(
            "\(ParquetReadError.noFooter(length: 5))"
                == "The Parquet file of 5 bytes does not end with PAR1: its footer is missing. "
                + "The download was cut; get the file again.")
        #expect(
            "\(ParquetReadError.notParquet(firstBytes: [0x1F, 0x8B], length: 2))"
                == "Expected a Parquet file, which begins with PAR1, got 1f 8b (2 bytes). "
                + "The address may answer with a page instead of the file.")
    }

    @Test func passesTheErrorsOfItsSourceOn() throws {
        struct Lost: Error {}
        #expect(throws: Lost.self) { _ = try ParquetFile(length: 100) { _ in throw Lost() } }
        let bytes = ParquetBytes(try Self.seed("pyarrow-t-1.0"))
        let cursor = try ParquetColumnCursor(bytes.open(), column: 0) { _ in throw Lost() }
        #expect(throws: Lost.self) { _ = try cursor.next(rows: 1) }
        let short = try ParquetColumnCursor(bytes.open(), column: 0) { _ in [1, 2, 3] }
        #expect(throws: ParquetReadError.self) { _ = try short.next(rows: 1) }
    }
}
