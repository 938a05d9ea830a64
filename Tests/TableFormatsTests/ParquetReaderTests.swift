import Foundation
import TestSupport
import Testing

@testable import TableFormats

struct ParquetReaderTests {
    @Test(
        .enabled(if: ParquetJudge.isAvailable, "pyarrow, duckdb and polars are not installed; set ORCH_TEST_PYTHON"),
        arguments: ["pyarrow", "duckdb", "polars"]
    )
    func readsEveryValueThatForeignWritersWrite(writer: String) throws {
        let foreign = try ForeignParquetFiles(writer: writer)
        #expect(foreign.content.files.count >= 32)
        for described in foreign.content.files {
            let bytes = try ParquetBytes(path: foreign.folder.file(described.name))
            let file = try bytes.open()
            let expected = try #require(foreign.content.tables[described.table])
            #expect(Set(file.columns.map(\.name)) == Set(expected.keys), "\(writer) \(described.name)")
            for (index, column) in file.columns.enumerated() {
                let values = try #require(expected[column.name])
                try compare(bytes, file, index, values, "\(writer) \(described.name), \(column.name)")
            }
        }
    }

    /// Reads a column by pieces that end within runs, pages and row groups, and all at once.
    private func compare(
        _ bytes: ParquetBytes, _ file: ParquetFile, _ index: Int, _ expected: ForeignParquetFiles.ExpectedColumn,
        _ name: String
    ) throws {
        guard expected.type != "unreadable" else {
            #expect(throws: ParquetReadError.self, "\(name)") { _ = try bytes.column(file, index, rows: 10) }
            return
        }
        // A column without any value may have lost its type on the way.
        let values: [Any?] = expected.numbers ?? expected.texts ?? []
        let isNull = values.allSatisfy { $0 == nil }
        #expect(file.columns[index].type.rawValue == expected.type || isNull, "\(name)")
        for rows in [113, ParquetColumnCursor.maximumRows] {
            let column = try bytes.column(file, index, rows: rows)
            #expect(column.count == Int(file.rowCount) && column.count == values.count, "\(name)")
            #expect(column.nullCount == values.count { $0 == nil }, "\(name)")
            guard !isNull else { continue }
            #expect(difference(column.texts, expected.texts) == nil, "\(name)")
            guard let tolerance = expected.tolerance else {
                #expect(difference(column.numbers, expected.numbers) == nil, "\(name)")
                continue
            }
            for case (let found?, let told?) in zip(column.numbers ?? [], expected.numbers ?? []) {
                let (found, told) = (number(found), number(told))
                #expect(abs(found - told) <= abs(told) * tolerance, "\(name)")
            }
        }
    }

    /// Where values differ first, told shortly; nil where they are equal.
    private func difference<Value: Equatable>(_ found: [Value?]?, _ expected: [Value?]?) -> String? {
        guard let found, let expected, found.count == expected.count else {
            return found?.count == expected?.count ? nil : "\(found?.count ?? -1) values"
        }
        return zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }.map { "\($0)" }
    }

    private func number(_ bits: Int64) -> Double {
        Double(bitPattern: UInt64(bitPattern: bits))
    }
}
