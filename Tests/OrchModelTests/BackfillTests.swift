import Foundation
import OrchModel
import Testing

struct BackfillTests {
    @Test("JSON tells how a backfill stands, and is read back as it was", arguments: [false, true])
    func statusIsWritten(_ isPaused: Bool) throws {
        let at = Timestamp(microseconds: 1)
        let request = BackfillRequest(
            deployment: "docker-flow", from: try #require(BackfillBound("2020-01")),
            to: try #require(BackfillBound("2021-01")))
        var backfill = Backfill(
            id: .new(), deploymentID: .new(), deploymentName: "docker-flow", flowName: "f", request: request,
            createdAt: at, createdBy: "user admin", limit: 3, total: 12)
        backfill.states = ["Completed": 4, "Running": 3]
        (backfill.open, backfill.completed, backfill.metrics) = (8, 4, ["rows_written": 5])
        if isPaused { backfill.pausedAt = at }
        let data = try JSONEncoder().encode(backfill)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["status"] as? String == (isPaused ? "paused" : "running"))
        #expect(try JSONDecoder().decode(Backfill.self, from: data) == backfill)
    }
}
