import Foundation
import TestSupport
import Testing

@testable import TableFormats

/// Files that one of the foreign writers has made in every shape that it offers, and what is in them.
struct ForeignParquetFiles {
    struct Content: Decodable {
        let tables: [String: [String: ExpectedColumn]]
        let files: [File]
    }

    struct File: Decodable {
        let name: String
        let table: String
    }

    /// The values of a column: whole numbers (times in microseconds, floating point by its bits) or texts.
    struct ExpectedColumn: Decodable {
        let type: String
        let numbers: [Int64?]?
        let texts: [String?]?
        /// How much a number may differ from the expected one, as a part of it.
        let tolerance: Double?
    }

    let folder: TemporaryFolder
    let content: Content

    init(writer: String) throws {
        folder = try TemporaryFolder()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("TestSupport/Judges/write_parquet.py").path
        let python = ProcessInfo.processInfo.environment["ORCH_TEST_PYTHON"] ?? "python3"
        let ending = try ChildProgram.run([python, script, writer, folder.path])
        try #require(ending.code == 0, "\(writer) could not write its files: \(ending.errors)")
        content = try JSONDecoder().decode(Content.self, from: ending.output)
    }
}

/// A Parquet file in memory.
struct ParquetBytes: Sendable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(path: String) throws {
        bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    var read: ParquetFile.Read {
        { range in
            let end = min(Int(range.upperBound), bytes.count)
            return Array(bytes[min(Int(range.lowerBound), end)..<end])
        }
    }

    func open() throws -> ParquetFile {
        try ParquetFile(length: Int64(bytes.count), read: read)
    }

    /// One column from its first row to its last, read in pieces of so many rows.
    func column(_ file: ParquetFile, _ index: Int, rows: Int, rowGroups: [Int]? = nil) throws -> Column {
        let cursor = try ParquetColumnCursor(file, column: index, rowGroups: rowGroups, read: read)
        let builder = ColumnBuilder(type: file.columns[index].type)
        while case let piece = try cursor.next(rows: rows), piece.count > 0 {
            builder.append(piece, rows: 0..<piece.count)
        }
        return builder.finish()
    }
}

extension Column {
    /// The values as whole numbers, nil for NULL; nil for a column of texts.
    var numbers: [Int64?]? {
        let all: [Int64]
        switch values {
        case .int64(let values): all = values
        case .int32(let values): all = values.map(Int64.init)
        case .double(let values): all = values.map { Int64(bitPattern: $0.bitPattern) }
        case .bool(let values): all = values.map { $0 ? 1 : 0 }
        case .text: return nil
        }
        return all.enumerated().map { isValid($0.offset) ? $0.element : nil }
    }

    /// The texts, nil for NULL; nil for a column of other values.
    var texts: [String?]? {
        guard case .text(let values) = values else { return nil }
        return (0..<count).map { isValid($0) ? values.string(at: $0) : nil }
    }
}
