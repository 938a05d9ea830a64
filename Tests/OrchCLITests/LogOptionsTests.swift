import ArgumentParser
import OrchModel
import Testing

@testable import OrchCLI

struct LogOptionsTests {
    private let now = Timestamp(microseconds: 1_600_000_000_000_000)

    @Test(arguments: [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400), ("0s", 0)] as [(String, Int64)])
    func aTimeMayBeSaidBackwards(text: String, seconds: Int64) {
        #expect(Timestamp(since: text, at: now) == now + .seconds(-seconds))
    }

    @Test(arguments: ["-1", "0", "x", "10001", ""])
    func aTailThatIsNoneIsToldInWords(text: String) {
        #expect {
            _ = try FlowRuns.Logs.parse(["run", "--tail", text])
        } throws: { error in
            FlowRuns.Logs.message(for: error).contains("expected a number of lines from 1 to 10000")
        }
    }

    @Test func aLogIsFollowedAsJSON() throws {
        let logs = try FlowRuns.Logs.parse(["run", "-f", "-o", "json", "--tail", "20"])
        #expect(logs.follow && logs.output.form == .json && logs.tail == 20)
    }

    @Test func aLimitOfALogHasAUnitOrIsLarge() throws {
        let limits = ["1m": 1 << 20, "1g": 1 << 30, "1073741824": 1 << 30] as [String: Int64]
        for (text, bytes) in limits {
            #expect(try ControllerOptions.logLimit(text, environment: [:]) == bytes)
            #expect(try ControllerOptions.logLimit(nil, environment: ["ORCH_LOG_LIMIT_BYTES": text]) == bytes)
        }
        #expect(try ControllerOptions.logLimit(nil, environment: [:]) == nil)
        for text in ["1000", "-1", "x", "0"] {
            #expect(throws: (any Error).self) { try ControllerOptions.logLimit(text, environment: [:]) }
        }
    }

    @Test func aTimeMayBeSaidInFull() {
        #expect(Timestamp(since: "2020-09-13T12:26:40Z", at: .now()) == now)
    }

    @Test(arguments: ["", "s", "10", "10 m", "-5m", "99999999999999999999d", "yesterday"])
    func whatIsNoTimeIsRefused(text: String) {
        #expect(Timestamp(since: text, at: now) == nil)
    }
}
