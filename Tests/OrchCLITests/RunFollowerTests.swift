import FoundationEssentials
import OrchClient
import OrchModel
import Synchronization
import TestSupport
import Testing

@testable import OrchCLI

struct RunFollowerTests {
    @Test func aHeadingTellsWhereAnAttemptBegins() async throws {
        try await LiveController.with { live in
            let run = try await live.runOfTwoAttempts()
            let attempts = try await live.admin.attempts(of: "\(run.id)")
            let text = try await follow(run, live, .text(FollowPrinter(coloured: false, showsStates: false)))
            let lines = text.split(separator: "\n")
            #expect(
                lines.filter { $0.hasPrefix("===") } == [
                    "=== attempt 1, agent a1, \(attempts[0].claimedAt.brief) UTC ===",
                    "=== attempt 2, agent a2, \(attempts[1].claimedAt.brief) UTC ===",
                ])
            #expect(lines[0].hasPrefix("===") && lines[1].hasSuffix("line 1"))
        }
    }

    @Test func aRecordIsOneLineOfJSON() async throws {
        try await LiveController.with { live in
            let run = try await live.runOfTwoAttempts()
            let text = try await follow(run, live, .jsonLines)
            let records = try text.split(separator: "\n").map {
                try JSONDecoder().decode(LogRecord.self, from: Data($0.utf8))
            }
            #expect(try await live.admin.logs(of: "\(run.id)").records == records)
            #expect(records.filter { $0.source == .stdout }.map(\.message) == ["line 1", "line 2"])
        }
    }

    private func follow(_ run: FlowRun, _ live: LiveController, _ form: RunFollower.Form) async throws -> String {
        let written = Written()
        let follower = RunFollower(
            client: live.admin, form: form, write: { line in written.text.withLock { $0 += line } }, remark: { _ in })
        #expect(try await follower.follow(run).state.type == .completed)
        return written.text.withLock { $0 }
    }
}

/// What a follower wrote.
private final class Written: Sendable {
    let text = Mutex("")
}
