import Foundation
import Orch
import OrchTesting
import Testing

struct Unreachable: Error {}

// The example of `docs/testing.md`; `TestingDocumentTests` compares it.

@Test func aDownloadIsTriedAgain() async throws {
    let run = try await FlowTest(LoadMonth.self) { $0.month = 3 }
        .block("gcs-bucket", "zoom-gcs", ["bucket": "lake", "gcp_credentials": [:]])
        .failing("download", attempts: 1...2, with: Unreachable())
        .run()

    #expect(run.state.type == .completed)
    #expect(run.task("download")?.attempts == 3)
    #expect(run.waits == [.seconds(10), .seconds(20), .seconds(300)])
    #expect(run.metrics["rows"] == 3000)
}

struct TestingDocumentTests {
    @Test func theExampleIsCompiled() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let page = try String(contentsOf: tests.appending(path: "../../docs/testing.md").standardized, encoding: .utf8)
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let start = try #require(page.firstRange(of: "@Test func")?.lowerBound)
        let end = try #require(page[start...].firstRange(of: "```")?.lowerBound)
        #expect(source.contains(page[start..<end]))
    }
}
