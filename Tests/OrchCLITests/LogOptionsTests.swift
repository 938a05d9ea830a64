import OrchModel
import Testing

@testable import OrchCLI

struct LogOptionsTests {
    private let now = Timestamp(microseconds: 1_600_000_000_000_000)

    @Test(arguments: [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400), ("0s", 0)] as [(String, Int64)])
    func aTimeMayBeSaidBackwards(text: String, seconds: Int64) {
        #expect(Timestamp(since: text, at: now) == now + .seconds(-seconds))
    }

    @Test func aTimeMayBeSaidInFull() {
        #expect(Timestamp(since: "2020-09-13T12:26:40Z", at: .now()) == now)
    }

    @Test(arguments: ["", "s", "10", "10 m", "-5m", "99999999999999999999d", "yesterday"])
    func whatIsNoTimeIsRefused(text: String) {
        #expect(Timestamp(since: text, at: now) == nil)
    }
}
