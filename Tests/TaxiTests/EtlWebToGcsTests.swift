import CurlTransport
import Foundation
import Orch
import OrchETL
import OrchModel
import OrchTesting
import Testing

@testable import Taxi

/// The flow itself, in memory: files instead of the web and the lake.
struct EtlWebToGcsTests {
    private let folder: TemporaryFolder
    private let test: FlowTest<EtlWebToGcs>

    init() throws {
        let folder = try TemporaryFolder()
        try folder.writeTrips()
        self.folder = folder
        let path = folder.url.path
        test = FlowTest(EtlWebToGcs.self) {
            $0.source = "file://\(path)/{{ color }}_tripdata_{{ year }}-{{ month | pad: 2 }}.csv"
            $0.lake = "file://\(path)/lake"
        }
    }

    /// Its source is a template of its own, which it fills in itself.
    @Test func aMonthComesIntoTheLake() async throws {
        let run = try await test.run()
        #expect(run.state.type == .completed, "\(run.state.message)")
        #expect(run.output?.rowsRead == 4)
        #expect(run.output?.rowsWritten == 3)
        #expect(
            run.tasks.map(\.task) == ["extract", "transform", "load"]
                || run.tasks.map(\.task) == ["extract", "load", "transform"])
        #expect(run.metrics["rows_written"] == 3)
        #expect(run.assets.map(\.dataset) == ["green"])
        #expect(run.leftovers.isEmpty)
    }

    @Test func aSourceThatIsAwayIsAskedAgain() async throws {
        let away = HTTPClientError.refused(host: "host", port: 443)
        let run = try await test.failing("extract", attempts: 1...2, with: away).run()
        #expect(run.state.type == .completed, "\(run.state.message)")
        #expect(run.task("extract")?.stateNames.filter { $0 == "AwaitingRetry" }.count == 2)
        #expect(run.waits == [.seconds(2), .seconds(4)])
    }

    @Test func whatDoesNotPassIsNotTriedAgain() async throws {
        let run = try await test.parameters(["month": 8]).run()
        #expect(run.state.type == .failed)
        #expect(run.task("extract")?.attempts == 1)
        #expect(run.waits.isEmpty)
    }
}
