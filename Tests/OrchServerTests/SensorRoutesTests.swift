import FoundationEssentials
import Hummingbird
import OrchModel
import Testing

@testable import OrchServer

struct SensorRoutesTests {
    @Test func aRunSeesStatesOfOthersAndNothingElse() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let key = try #require(claimed.secrets["ORCH_API_KEY"])
            let other = try await server.createRun()
            let path = "sensed-runs/\(other.id)"
            let seen: SensedRunReply = try await server.call(.get, path, token: key)
            #expect(seen.run?.id == other.id && seen.run?.state.type == .scheduled)
            #expect(seen.run?.due == other.scheduledFor)
            #expect(try await server.refusal(.get, "flow-runs/\(other.id)", token: key).status == 403)
            #expect(try await server.refusal(.get, "flow-runs/\(other.id)/logs", token: key).status == 403)
            #expect(try await server.refusal(.get, path, token: server.agent).status == 403)
            #expect(try await server.refusal(.get, path, token: "nonsense").status == 401)
            #expect(try await server.refusal(.get, "sensed-runs/\(Identifier.new())", token: key).status == 404)
            #expect(try await server.refusal(.get, "sensed-runs/nonsense", token: key).status == 400)
            #expect(try await server.refusal(.get, "sensed-runs", token: key).status == 400)
        }
    }

    @Test func theNewestRunOfADeploymentCounts() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let key = try #require(claimed.secrets["ORCH_API_KEY"])
            func newest(_ query: String = "") async throws -> SensedRun? {
                let reply: SensedRunReply = try await server.call(
                    .get, "sensed-runs?deployment=docker-flow\(query)", token: key)
                return reply.run
            }
            let second = try await server.createRun()
            #expect(try await newest()?.id == second.id)
            let first = "&due-to=\(claimed.scheduledFor)"
            #expect(try await newest(first)?.id == claimed.runID)
            #expect(try await newest("&due-from=2100-01-01T00:00:00Z") == nil)
            for query in ["&due-from=soon", "&due-to=2020"] {
                let refusal = try await server.refusal(
                    .get, "sensed-runs?deployment=docker-flow\(query)", token: key)
                #expect(refusal.status == 400)
            }
            #expect(try await server.refusal(.get, "sensed-runs?deployment=gone", token: key).status == 404)
        }
    }

    @Test func aRunThatWaitsIsGivenWhatItLeft() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            #expect(claimed.resumption == RunResumption(at: nil, sensors: []))
            let sensor = SensorRecord(
                place: "p", taskRun: .new(), name: "wait", waitsFor: "a sign", since: .now(), pokes: 3)
            try await server.report(claimed) { report in
                report.state = RunState(
                    .scheduled, name: RunState.awaitingRescheduleName, message: "waits for a sign", at: .now(),
                    actor: "agent a1")
                report.resumption = RunResumption(at: .now(), sensors: [sensor])
            }
            let run: FlowRun = try await server.call(.get, "flow-runs/\(claimed.runID)")
            #expect(run.state.awaitsReschedule && run.reschedules == 1)
            let again = try #require(try await server.poll().runs.first)
            #expect(again.attempt == 2)
            #expect(again.resumption?.sensors == [sensor])
            // Its data interval stays, though it is due at another time.
            #expect(again.scheduledFor == claimed.scheduledFor)
        }
    }
}
