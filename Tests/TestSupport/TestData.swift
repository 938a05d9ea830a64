package import Foundation
import Testing

/// The real files of the Taxi and Limousine Commission, which are not part of the project.
package enum TestData {
    /// `ORCH_TEST_DATA`, else `../shared/data` beside the package.
    package static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["ORCH_TEST_DATA"] { return URL(fileURLWithPath: path) }
        let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/data")
    }()

    package static var isAvailable: Bool { FileManager.default.fileExists(atPath: path("expected.json")) }

    package static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// What is known of each file, found by other programs.
    package static func expectations() throws -> [String: Expectation] {
        try JSONDecoder().decode(
            [String: Expectation].self, from: Data(contentsOf: URL(fileURLWithPath: path("expected.json"))))
    }

    /// What is known of one file.
    package struct Expectation: Decodable {
        package let sha256: String
        package let header: String?
        package let rows: Int?
        package let columns: [String: Column]?
        package let pickup_outside_month: Int?
        package let passenger_count_zero: Int?
        package let rows_after_drop_zero_keep_null: Int?
        package let total_amount_cents_after_drop_zero_keep_null: Int?
        package let must_fail: Bool?
    }

    /// What is known of one column of a file.
    package struct Column: Decodable {
        package let type: String
        package let nulls: Int
        package let sum: Int64?
        package let sum_cents: Int64?
        package let min: Bound?
        package let max: Bound?
        package let distinct: Int?
        package let top: [String: Int]?
    }

    /// A number, or a time as text.
    package enum Bound: Decodable, Equatable {
        case number(Double)
        case text(String)

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }
}

/// A folder that is gone when its test is over.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("orch-etl-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    package func write(_ text: String, as name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// Everything in the folder, hidden files too.
    package var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}
