import ArgumentParser
import OrchModel
import Testing

@testable import OrchCLI

struct CacheCommandTests {
    private static let now = Timestamp(microseconds: 1_600_000_000_000_000)

    private static func entry(expires seconds: Double) -> CacheEntry {
        CacheEntry(
            key: "0123456789abcdef", flowName: "etl", taskName: "fetch", codeVersion: "v", bytes: 12, runID: .new(),
            runName: "etl-1", madeAt: now - .seconds(65), expiresAt: now + .seconds(seconds), hits: 3)
    }

    @Test func aTableShowsWhatIsKeptAndTillWhen() {
        let table = CacheTable(
            entries: [Self.entry(expires: 3600), Self.entry(expires: -30)], isNarrowed: false, now: Self.now)
        #expect(
            table.text == """
                TASK   FLOW  KEY           BYTES  HITS  MADE         EXPIRES     BY RUN
                fetch  etl   0123456789ab  12     3     1 m 5 s ago  in 1 h 0 m  etl-1
                fetch  etl   0123456789ab  12     3     1 m 5 s ago  30.0 s ago  etl-1

                """)
        #expect(CacheTable(entries: [], isNarrowed: true, now: Self.now).text == "No result matches.\n")
    }

    @Test func clearingTakesAWordThatSaysWhat() throws {
        for arguments in [
            [], ["--dry-run"], ["--all", "--task", "x"], ["--key", ""], ["--task", ""], ["--flow", ""],
        ] {
            #expect(throws: (any Error).self, "\(arguments)") { try Caches.Clear.parse(arguments) }
        }
        let all = try Caches.Clear.parse(["--all", "--dry-run"])
        #expect(all.selection.filter == CacheFilter())
        let some = try Caches.Clear.parse(["--task", "t", "--flow", "f", "--key", "ab", "--expired"])
        #expect(some.selection.filter == CacheFilter(flow: "f", task: "t", keyPrefix: "ab", onlyExpired: true))
    }
}
