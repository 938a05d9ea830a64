import Foundation
import Testing

@testable import TableFormats

/// Values that no column can hold: a month of eight rows with one of each kind.
struct ParquetBadValueTests {
    private func file() throws -> ParquetBytes {
        try ParquetBytes(path: FuzzCorpusTests.folder.appendingPathComponent("parquet/pyarrow-bad-values").path)
    }

    private func all(_ name: String, rows: Int = 100) throws -> (values: [String?], bad: [ParquetBadValue]) {
        let (bytes, parquet) = (try file(), try file().open())
        let cursor = try ParquetColumnCursor(parquet, column: try parquet.index(of: name), read: bytes.read)
        var (values, bad): ([String?], [ParquetBadValue]) = ([], [])
        while case let piece = try cursor.nextTakingAll(rows: rows), piece.values.count > 0 {
            bad += piece.bad.map { ParquetBadValue(row: $0.row + values.count, text: $0.text) }
            values += (0..<piece.values.count).map { piece.values.text(at: $0) }
        }
        return (values, bad)
    }

    @Test(arguments: [1, 3, 100])
    func takesTheOtherRows(rows: Int) throws {
        let vendors = try all("VendorID", rows: rows)
        #expect(vendors.values == ["1", nil, "1", "1", "1", "1", "1", "2"])
        #expect(vendors.bad == [ParquetBadValue(row: 1, text: "9223372036854775813")])
        let times = try all("lpep_dropoff_datetime", rows: rows)
        #expect(times.values.map { $0 == nil } == [false, false, true, false, false, false, false, false])
        #expect(times.bad == [ParquetBadValue(row: 2, text: "a time after the year 294246")])
        let flags = try all("store_and_fwd_flag", rows: rows)
        #expect(flags.values == ["N", "Y", "N", nil, nil, "N", "N", "Y"])
        #expect(flags.bad.map(\.row) == [3])
        let undeclared = try all("undeclared", rows: rows)
        #expect(undeclared.values == ["1", "2", "3", "4", "5", nil, nil, "8"])
        #expect(undeclared.bad == [ParquetBadValue(row: 6, text: "18446744073709551615")])
    }

    @Test func refusesThemWhereNobodyAsksForTheRest() throws {
        let (bytes, parquet) = (try file(), try file().open())
        let cursor = try ParquetColumnCursor(parquet, column: 0, read: bytes.read)
        #expect(try cursor.next(rows: 1).count == 1)
        #expect(
            throws: ParquetReadError.badValue(
                column: "VendorID", row: 2, expected: .int64, got: "9223372036854775813")
        ) { try cursor.next(rows: 7) }
    }

    /// Both ways a page may hold texts: on their own, and as indices into a dictionary.
    @Test func findsTextsThatAreNotUTF8InEveryEncoding() throws {
        let plain: [UInt8] = [1, 0, 0, 0, 0x4E, 2, 0, 0, 0, 0xFF, 0xFE, 1, 0, 0, 0, 0x59]
        let indices: [UInt8] = [2, 2, 0, 2, 1, 2, 2]
        for usesDictionary in [false, true] {
            let decoder = TextDecoder()
            let bytes = usesDictionary ? indices : plain
            try plain.withUnsafeBufferPointer { plain throws(PageDecodeError) in
                if usesDictionary { try decoder.readDictionary(UnsafeRawBufferPointer(plain), count: 3) }
            }
            try bytes.withUnsafeBufferPointer { buffer throws(PageDecodeError) in
                let page = UnsafeRawBufferPointer(buffer)
                try decoder.begin(usesDictionary ? .rleDictionary : .plain, page, in: 0..<page.count)
                decoder.reserve(rows: 4)
                let validity = [true, false, true, true]
                try decoder.append(rows: 4, valid: 3, validity: validity, from: page)
            }
            #expect(decoder.badValues.map(\.row) == [2])
            decoder.reserve(rows: 0)
            #expect(decoder.badValues.isEmpty)
        }
    }

    @Test func knowsWhoseTimesAColumnHolds() throws {
        let columns = try file().open().columns
        #expect(columns.first { $0.name == "lpep_pickup_datetime" }?.clock == .utc)
        #expect(columns.first { $0.name == "lpep_dropoff_datetime" }?.clock == .wall)
        #expect(columns.first { $0.name == "VendorID" }?.clock == nil)
        let path = FuzzCorpusTests.folder.appendingPathComponent("parquet/pyarrow-int96").path
        #expect(try ParquetBytes(path: path).open().columns.map(\.clock) == [.unsaid])
    }
}
