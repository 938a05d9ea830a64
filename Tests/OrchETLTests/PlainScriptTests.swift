import Foundation
import TestSupport
import Testing

@testable import OrchETL

struct PlainScriptTests {
    @Test func standsInTheDocumentsAsItIsCompiled() throws {
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        let script = try String(contentsOf: here.appendingPathComponent("PlainScript.swift"), encoding: .utf8)
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/etl.md"), encoding: .utf8)
        let code = script.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().joined(separator: "\n")
        #expect(page.contains("```swift\n\(code)```\n"))
    }

    @Test(.enabled(if: TestData.isAvailable, "the real data is not there; set ORCH_TEST_DATA"))
    func bringsAMonthIntoALake() async throws {
        let folder = try TemporaryFolder()
        let source = "file://\(TestData.path("green_tripdata_2020-07.csv.gz"))"
        let said = try await PlainScript.run(source: source, lake: folder.path, database: nil)
        #expect(said.contains("71974 of 72257 rows, 0 rejected"))
        #expect(said.last == "file://\(folder.path)/data/green/green_tripdata_2020-07.parquet")
        let lake = try LakeSink(url: "file://\(folder.path)")
        #expect(try await lake.dataset("green")?.schemaVersion == 1)
    }
}
