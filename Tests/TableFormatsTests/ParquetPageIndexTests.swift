import Foundation
import TestSupport
import Testing

@testable import TableFormats

struct ParquetPageIndexTests {
    private func encode(_ column: Column, pageRows: Int = 2, _ change: (inout ParquetOptions) -> Void = { _ in }) throws
        -> EncodedColumnChunk
    {
        var options = ParquetOptions()
        options.pageRows = pageRows
        change(&options)
        let schema = TableSchema([ColumnDefinition("a", column.type)])
        return try ParquetColumnEncoder(schema: schema, options: options).encode(column: 0, of: [column])
    }

    @Test func pagesCoverTheChunk() throws {
        let chunk = try encode(Column(int64: [1, nil, nil, nil, 5, 6, 7]))
        #expect(chunk.pages.map(\.firstRow) == [0, 2, 4, 6])
        #expect(chunk.pages.map(\.nullCount) == [1, 2, 0, 0])
        #expect(chunk.pages.map(\.valueCount) == [1, 0, 2, 1])
        #expect(chunk.pages.first?.offset == chunk.dataPageOffset)
        for (page, next) in zip(chunk.pages, chunk.pages.dropFirst()) {
            #expect(page.offset + page.size == next.offset)
        }
        #expect((chunk.pages.last.map { $0.offset + $0.size }) == chunk.byteCount)
        #expect(chunk.pages.map { $0.least?.bytes.first } == [1, nil, 5, 7])
        #expect(chunk.pages.map { $0.greatest?.bytes.first } == [1, nil, 6, 7])
    }

    @Test(
        arguments: [
            ([1, 2, 2, 3, 3, 9], BoundaryOrder.ascending), ([9, 8, 8, 7, 7, 1], .descending),
            ([1, 9, 2, 3, 4, 5], .unordered),
            ([4, 4, 4, 4, 4, 4], .ascending), ([1, 2, nil, nil, 3, 4], .ascending),
            ([nil, nil, nil, nil, nil, nil], .ascending),
        ] as [([Int64?], BoundaryOrder)])
    func tellsTheOrderOfPages(values: [Int64?], order: BoundaryOrder) throws {
        #expect(try encode(Column(int64: values)).boundaryOrder == order)
        #expect(try encode(Column(int64: values)) { $0.dictionaryEntries = 0 }.boundaryOrder == order)
    }

    @Test func notANumberIsNoBound() throws {
        let chunk = try encode(Column(doubles: [.nan, 2, -1, .nan]))
        #expect(chunk.pages.map(\.least) == [stored(2), stored(-1)])
        #expect(chunk.statistics?.least == stored(-1) && chunk.statistics?.greatest == stored(2))
        #expect(PageIndex.columnIndex(of: chunk) != nil)
    }

    /// A reader would skip the page as one without values.
    @Test func aPageOfNothingButNotANumberHasNoIndex() throws {
        let chunk = try encode(Column(doubles: [.nan, .nan, 1, 2]))
        #expect(PageIndex.columnIndex(of: chunk) == nil)
        #expect(chunk.statistics?.least == stored(1))
        let all = try encode(Column(doubles: [.nan, .nan]))
        #expect(all.statistics?.least == nil && all.statistics?.nullCount == 0)
    }

    @Test(arguments: [[0.0, -0.0], [-0.0, 0.0], [0.0], [-0.0]])
    func aZeroStandsForBothZeros(values: [Double]) throws {
        let statistics = try #require(try encode(Column(doubles: values)).statistics)
        #expect(statistics.least == stored(-0.0))
        #expect(statistics.greatest == stored(0.0))
    }

    private func stored(_ value: Double) -> StoredBound {
        StoredBound(bytes: (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }, isExact: true)
    }

    @Test(arguments: [
        (text: "abc", least: "abc", greatest: "abc"), (text: "abcd", least: "abc", greatest: "abd"),
        (text: "ab\u{7F}d", least: "ab\u{7F}", greatest: "ab\u{80}"), (text: "aüü", least: "aü", greatest: "aý"),
        (text: "abü", least: "ab", greatest: "ac"), (text: "\u{D7FF}x", least: "\u{D7FF}", greatest: "\u{E000}"),
        (text: "ü😀", least: "ü", greatest: "ý"),
    ])
    func longTextsAreCutOutwards(text: String, least: String, greatest: String) {
        let bound = UTF8Text(bytes: Array(text.utf8))
        let isExact = text.utf8.count <= 3
        #expect(bound.lowerBound(limit: 3) == StoredBound(bytes: Array(least.utf8), isExact: isExact))
        #expect(bound.upperBound(limit: 3) == StoredBound(bytes: Array(greatest.utf8), isExact: isExact))
    }

    @Test func aTextThatNothingFollowsHasNoUpperBound() throws {
        let last = "\u{10FFFF}\u{10FFFF}"
        #expect(UTF8Text(bytes: Array(last.utf8)).upperBound(limit: 4) == nil)
        #expect(UTF8Text(bytes: Array(("a" + last).utf8)).upperBound(limit: 5)?.bytes == Array("b".utf8))
        let chunk = try encode(Column(texts: [last, "a"])) { $0.statisticsTextBytes = 4 }
        #expect(PageIndex.columnIndex(of: chunk) == nil)
        #expect(chunk.statistics?.greatest == nil && chunk.statistics?.least != nil)
    }

    @Test func longTextsEndAPage() throws {
        let texts = (0..<100).map { String(repeating: "\($0 % 10)", count: 900 + $0) }
        let chunk = try encode(Column(texts: texts), pageRows: 1000) { $0.pageBytes = 10_000 }
        #expect(chunk.pages.count > 8 && chunk.pages.count < 25)
        #expect(chunk.pages.map(\.valueCount).reduce(0, +) == 100)
    }

    @Test(.enabled(if: ParquetJudge.isAvailable, "pyarrow, duckdb and polars are not installed; set ORCH_TEST_PYTHON"))
    func foreignReadersFindRowsByTheIndex() throws {
        let folder = try TemporaryFolder()
        var paths: [String] = []
        for (seed, nulls) in RandomTable.Nulls.allCases.enumerated() {
            var options = ParquetOptions()
            options.rowGroupRows = 5000
            options.pageRows = 777
            options.statisticsTextBytes = 5
            let table = RandomTable(rows: 12_000, distinct: 5000, nulls: nulls, seed: UInt64(seed), batchRows: 4000)
            paths.append(folder.file("\(seed).parquet"))
            try Data(table.batches.parquet(options)).write(to: URL(fileURLWithPath: paths[seed]))
        }
        // The judge compares every page's place and bounds with its values, and counts rows by filters.
        for judgement in try ParquetJudge.judge(paths) {
            #expect(judgement.page_indexes == 3 * ColumnType.allCases.count)
        }
    }
}
