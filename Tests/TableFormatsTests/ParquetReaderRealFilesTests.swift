import Foundation
import TestSupport
import Testing

@testable import TableFormats

/// The files as the commission published them, of three physical schemas.
@Suite(.enabled(if: TestData.isAvailable || ProcessInfo.processInfo.environment["CI"] != nil, "no ../shared/data"))
struct ParquetReaderRealFilesTests {
    @Test(arguments: [
        "green_tripdata_2021-01.parquet", "green_tripdata_2022-02.parquet", "green_tripdata_2023-03.parquet",
        "taxi_zone_lookup.parquet",
    ])
    func findsWhatOtherReadersFound(name: String) throws {
        let expected = try #require(try TestData.expectations()[name])
        let (rows, columns) = (try #require(expected.rows), try #require(expected.columns))
        let bytes = try ParquetBytes(path: TestData.path(name))
        let file = try bytes.open()
        #expect(file.rowCount == Int64(rows))
        #expect(Set(file.columns.map(\.name)) == Set(columns.keys))
        for (index, column) in file.columns.enumerated() {
            let figures = try #require(columns[column.name])
            let values = try bytes.column(file, index, rows: 10_000)
            #expect(values.count == rows && values.nullCount == figures.nulls, "\(column.name)")
            #expect(column.isAlwaysNull == (figures.type == "null"), "\(column.name)")
            guard !column.isAlwaysNull else { continue }
            #expect(column.type == type(figures.type), "\(column.name)")
            compare(values, figures, column.name)
        }
    }

    private func type(_ name: String) -> ColumnType? {
        switch name {
        case "string", "large_string": .text
        case "timestamp[us]": .timestamp
        default: ColumnType(rawValue: name)
        }
    }

    private func compare(_ column: Column, _ figures: TestData.Column, _ name: String) {
        switch column.values {
        case .text:
            let texts = (column.texts ?? []).compactMap(\.self)
            let counts = Dictionary(grouping: texts) { $0 }.mapValues(\.count)
            #expect(counts.count == figures.distinct, "\(name)")
            for (text, count) in figures.top ?? [:] { #expect(counts[text] == count, "\(name) \(text)") }
        case .double(let values):
            let found = (0..<column.count).filter(column.isValid).map { values[$0] }
            #expect(found.reduce(0) { $0 + Int64(($1 * 100).rounded()) } == figures.sum_cents, "\(name)")
            #expect(found.min().map(TestData.Bound.number) == figures.min, "\(name)")
            #expect(found.max().map(TestData.Bound.number) == figures.max, "\(name)")
        case .int32, .int64, .bool:
            let found = (column.numbers ?? []).compactMap(\.self)
            let bound: (Int64) -> TestData.Bound = {
                column.type == .timestamp ? .text(time($0)) : .number(Double($0))
            }
            if column.type != .timestamp { #expect(found.reduce(0, +) == figures.sum, "\(name)") }
            #expect(found.min().map(bound) == figures.min, "\(name)")
            #expect(found.max().map(bound) == figures.max, "\(name)")
        }
    }

    private func time(_ microseconds: Int64) -> String {
        let days = Int((Double(microseconds) / Double(CalendarDay.microsecondsPerDay)).rounded(.down))
        let seconds = (Int(microseconds) - days * Int(CalendarDay.microsecondsPerDay)) / 1_000_000
        let date = CalendarDay.date(days: days)
        return String(
            format: "%04d-%02d-%02d %02d:%02d:%02d", date.year, date.month, date.day, seconds / 3600,
            seconds / 60 % 60, seconds % 60)
    }

    @Test func refusesAFileWithoutFooter() throws {
        let bytes = try ParquetBytes(path: TestData.path("damaged/parquet_no_footer.parquet"))
        #expect(throws: ParquetReadError.noFooter(length: 65_536)) { try bytes.open() }
    }

    @Test func readsSomeColumnsOfSomeRowsAsBatches() throws {
        let bytes = try ParquetBytes(path: TestData.path("green_tripdata_2021-01.parquet"))
        let reader = try ParquetReader(
            bytes.open(), columns: ["total_amount", "ehail_fee", "VendorID"], read: bytes.read)
        #expect(reader.schema.columns.map(\.type) == [.double, .int32, .int64])
        var rows: [Int] = []
        while let batch = try reader.nextBatch(rows: 30_000) {
            #expect(batch["ehail_fee"]?.nullCount == batch.rowCount)
            rows.append(batch.rowCount)
        }
        #expect(rows == [30_000, 30_000, 16_518])
    }
}
