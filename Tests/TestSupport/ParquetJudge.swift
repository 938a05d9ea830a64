import Foundation
import Testing

/// What pyarrow, DuckDB and polars find in a Parquet file.
package struct ParquetJudgement: Decodable {
    package struct Reader: Decodable {
        package let rows: Int
        package let columns: [String: Figures]
    }

    package struct Figures: Decodable, Equatable {
        package let type: String
        package let nulls: Int
        package let min: Value?
        package let max: Value?
        package let sum: Double?
        /// CRC-32 of the column's rows: a byte each, 0 for NULL, then the values as little-endian bytes, texts behind
        /// their length.
        package let checksum: UInt32
    }

    package enum Value: Decodable, Equatable {
        case number(Double)
        case text(String)
        case bool(Bool)

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    package let readers: [String: Reader]
    package let metadata: [String: String]
    package let row_groups: [Int]
    package let codecs: [String]
    /// The encodings of each column's pages.
    package let encodings: [String: [String]]
    /// Column chunks with a column index and an offset index, both right.
    package let page_indexes: Int
}

/// Runs the Python script that asks the foreign readers.
package enum ParquetJudge {
    private static let python = ProcessInfo.processInfo.environment["ORCH_TEST_PYTHON"] ?? "python3"

    /// Whether the readers are installed. In CI they must be.
    package static let isAvailable: Bool = {
        if ProcessInfo.processInfo.environment["CI"] != nil { return true }
        return (try? ChildProgram.run([python, "-c", "import duckdb, polars, pyarrow"]))?.code == 0
    }()

    /// What the readers find in a file. Fails when they find it wrong.
    package static func judge(_ path: String) throws -> ParquetJudgement {
        try #require(try judge([path]).first)
    }

    /// What the readers find in each of some files: one start of Python for all of them.
    package static func judge(_ paths: [String]) throws -> [ParquetJudgement] {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Judges/read_parquet.py").path
        let ending = try ChildProgram.run([python, script] + paths)
        try #require(ending.code == 0, "the judge failed: \(ending.errors)")
        let lines = ending.output.split(separator: UInt8(ascii: "\n"))
        try #require(lines.count == paths.count)
        return try lines.map { try JSONDecoder().decode(ParquetJudgement.self, from: $0) }
    }
}
