import ArgumentParser
import FoundationEssentials
import Logging
import OrchModel
import Synchronization
import Testing

@testable import OrchCLI

struct JSONLogHandlerTests {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])

        func logger() -> Logger {
            Logger(label: "orch.test") { label in
                JSONLogHandler(label: label) { line in self.lines.withLock { $0.append(line) } }
            }
        }

        func all() -> [String] { lines.withLock { $0 } }
    }

    @Test func anEventIsOneLineWithItsMetadata() {
        let event = LogEvent(
            level: .warning, message: "two\n\"lines\"", metadata: ["run": "r1", "queues": ["a", "b"]], source: "s",
            file: "f", function: "f", line: 1)
        var handler = JSONLogHandler(label: "orch.server") { _ in }
        handler[metadataKey: "host"] = "h"
        handler[metadataKey: "run"] = "overridden"
        #expect(
            handler.line(event, at: Timestamp(microseconds: 1_600_000_000_000_000)) == #"""
                {"label":"orch.server","level":"warning","message":"two\n\"lines\"",\#
                "metadata":{"host":"h","queues":["a","b"],"run":"r1"},"time":"2020-09-13T12:26:40.000000Z"}
                """#)
    }

    @Test func theLevelDecidesAndEveryLineIsAnObject() throws {
        let lines = Lines()
        var logger = lines.logger()
        logger.logLevel = .notice
        logger.info("unseen")
        logger.notice("seen")
        logger[metadataKey: "nul"] = "\u{0}\u{1F}\u{2028}"
        logger.error("odd")
        let values = try lines.all().map { line in
            #expect(line.hasSuffix("\n") && line.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
            return try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
        }
        #expect(values.map { $0["message"] } == ["seen", "odd"])
        #expect(values.map { $0["metadata"] } == [nil, ["nul": "\u{0}\u{1F}\u{2028}"]])
    }

    @Test func theFormatIsReadFromTheCommandLine() throws {
        #expect(try LogOptions.parse(["--log-format", "json", "--log-level", "debug"]).format == .json)
        #expect(try LogOptions.parse([]).format == .text)
        #expect(throws: (any Error).self) { try LogOptions.parse(["--log-format", "xml"]) }
    }
}
