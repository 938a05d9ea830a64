import ArgumentParser
import OrchClient
import OrchModel
import Testing

@testable import OrchCLI

struct BackfillCommandTests {
    private func command(_ options: String...) throws -> Backfills.Create {
        try Backfills.Create.parse(
            ["docker-flow", "--from", "2020-01", "--to", "2021-01", "--every", "month"] + options)
    }

    @Test func aCommandIsOneWishHoweverOftenItIsSent() async throws {
        try await LiveController.with { live in
            _ = try await live.admin.deploy(
                DeploymentRequest(
                    name: "docker-flow", flowName: "f", image: "i", command: ["c"], kind: .command,
                    parameterSchema: ParameterSchema([])))
            let request = try await command().request(live.admin)
            let first = try await live.admin.createBackfill(request)
            let second = try await live.admin.createBackfill(request)
            #expect(first.isNew == true && second.isNew == false)
            #expect(second.backfill?.id == first.backfill?.id)
            #expect(second.intervals.count == 12)
            // Another command is another wish, one with a key is the key's, and a dry one makes nothing.
            #expect(try await command().request(live.admin).idempotencyKey != request.idempotencyKey)
            #expect(try await command("--idempotency-key", "k").request(live.admin).idempotencyKey == "k")
            #expect(try await command("--dry-run").request(live.admin).idempotencyKey == nil)
            #expect(
                try await command("--dry-run", "--idempotency-key", "k").request(live.admin).idempotencyKey == "k")
        }
    }

    @Test func aLostAnswerIsAskedForOnceMore() async throws {
        let lost = OrchClientError.badAnswer(url: "http://h", status: 502, reason: "an answer")
        let refused = OrchClientError.badAnswer(url: "http://h", status: 404, reason: "an answer")
        for (errors, count, succeeds) in [([lost], 2, true), ([lost, lost], 2, false), ([refused], 1, false)] {
            var tries = 0
            let reply = try? await Backfills.Create.make {
                tries += 1
                guard tries > errors.count else { throw errors[tries - 1] }
                return BackfillReply(backfill: nil, intervals: [])
            }
            #expect(tries == count)
            #expect((reply != nil) == succeeds)
        }
    }
}
