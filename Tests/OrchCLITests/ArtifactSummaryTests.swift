import OrchModel
import Testing

@testable import OrchCLI

struct ArtifactSummaryTests {
    private static func text(_ type: String, _ data: JSONValue) -> String {
        let artifact = Artifact(
            id: .new(), key: "report", type: type, description: "the\u{1B}[2J month", flowRunID: .new(),
            flowRunName: "docker-flow-1", flowName: "etl", attempt: 2, at: Timestamp(microseconds: 0), bytes: 3,
            data: data)
        return ArtifactSummary(artifact: artifact).text
    }

    @Test(
        arguments: [
            ("markdown", ["text": "# July\r\n\tx\n\u{1B}[31mred\u{7}"], "# July\n\tx\n\\x1b[31mred\\x07\n"),
            (
                "table", ["columns": ["a", "b\u{1B}[0m"], "rows": [[1, "x\ny"], [nil]], "rowsInAll": 9],
                "a  b\\x1b[0m\n1  x\\x0ay\n   \n… the first 2 of 9 rows\n"
            ),
            (
                "link", ["url": "https://host/\u{1B}]0;t", "text": "The dashboard"],
                "The dashboard: https://host/\\x1b]0;t\n"
            ),
            ("image", ["url": "https://host/x.png"], "https://host/x.png\n"),
            (
                "image", ["mediaType": "image/png", "base64": "AAEC"],
                "an image of 3 bytes (image/png); --save FILE writes it\n"
            ),
            ("hologram", ["x": 1], "{\"x\":1}\n"), ("markdown", ["x": 1], "{\"x\":1}\n"),
        ] as [(String, JSONValue, String)])
    func showsContentsHarmlessly(type: String, data: JSONValue, content: String) {
        let text = Self.text(type, data)
        #expect(text.hasSuffix("\n\n" + content), "\(text)")
        #expect(text.contains("Shows:"))
        #expect(text.contains("the\\x1b[2J month"))
        #expect(!text.unicodeScalars.contains("\u{1B}"))
    }
}
