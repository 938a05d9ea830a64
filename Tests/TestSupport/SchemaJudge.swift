import Foundation
import Testing

/// Asks the jsonschema package from PyPI what JSON Schemas accept.
package enum SchemaJudge {
    private static let python = ProcessInfo.processInfo.environment["ORCH_TEST_PYTHON"] ?? "python3"

    /// Whether it is installed. In CI it must be.
    package static let isAvailable: Bool = {
        if ProcessInfo.processInfo.environment["CI"] != nil { return true }
        return (try? ChildProgram.run([python, "-c", "import jsonschema"]))?.code == 0
    }()

    /// What it says of each case of a JSON text: a digit for each value, 1 where it is accepted; or why the schema is none.
    ///
    /// - Parameter cases: a list of `{"schema": …, "values": […]}`.
    package static func judge(_ cases: String) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "schemas-\(UUID().uuidString).json")
        try Data(cases.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Judges/json_schema.py").path
        let ending = try ChildProgram.run([python, script, file.path])
        try #require(ending.code == 0, "the judge failed: \(ending.errors)")
        return String(decoding: ending.output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
