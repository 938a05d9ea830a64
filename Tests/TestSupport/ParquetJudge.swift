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
}

/// Runs the Python script that asks the foreign readers.
package enum ParquetJudge {
    private static let python = ProcessInfo.processInfo.environment["ORCH_TEST_PYTHON"] ?? "python3"

    /// Whether the readers are installed. In CI they must be.
    package static let isAvailable: Bool = {
        if ProcessInfo.processInfo.environment["CI"] != nil { return true }
        return (try? run(["-c", "import duckdb, polars, pyarrow"]))?.status == 0
    }()

    package static func judge(_ path: String) throws -> ParquetJudgement {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Judges/read_parquet.py").path
        let (status, output, errors) = try run([script, path])
        try #require(status == 0, "the judge failed: \(errors)")
        return try JSONDecoder().decode(ParquetJudgement.self, from: output)
    }

    private static func run(_ arguments: [String]) throws -> (status: Int32, output: Data, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python] + arguments
        let errors = FileManager.default.temporaryDirectory.appendingPathComponent("judge-\(UUID().uuidString)")
        try Data().write(to: errors)
        defer { try? FileManager.default.removeItem(at: errors) }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, data, String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }
}
