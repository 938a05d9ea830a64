import Foundation
import Testing

/// The real files of the Taxi and Limousine Commission, which are not part of the project.
enum TestData {
    /// `ORCH_TEST_DATA`, else `../shared/data` beside the package.
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["ORCH_TEST_DATA"] { return URL(fileURLWithPath: path) }
        let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/data")
    }()

    static var isAvailable: Bool { FileManager.default.fileExists(atPath: path("expected.json")) }

    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// What is known of each file, found by other programs.
    static func expectations() throws -> [String: Expectation] {
        try JSONDecoder().decode(
            [String: Expectation].self, from: Data(contentsOf: URL(fileURLWithPath: path("expected.json"))))
    }

    struct Expectation: Decodable {
        let sha256: String
        let rows: Int?
        let columns: [String: Column]?
        let passenger_count_zero: Int?
        let rows_after_drop_zero_keep_null: Int?
        let total_amount_cents_after_drop_zero_keep_null: Int?
        let must_fail: Bool?
    }

    struct Column: Decodable {
        let nulls: Int
    }
}

/// A folder that is gone when its test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("orch-etl-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, as name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// Everything in the folder, hidden files too.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}
