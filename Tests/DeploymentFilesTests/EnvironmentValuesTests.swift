import OrchModel
import Testing

@testable import DeploymentFiles

/// Messages say the name of a variable, never what it holds.
struct EnvironmentValuesTests {
    private static let environment = [
        "TOKEN": "topsecret", "LONG": "a-secret-that-is-longer-than-messages-are-and-is-cut-in-them", "SHORT": "abc",
        "ODD": "say \"hi\"",
    ]

    private func values() throws -> EnvironmentValues {
        let text = "name: x\nparameters: {a: \"${TOKEN}\", b: \"${LONG}\", c: \"${SHORT}\", d: \"${ODD}\"}\n"
        return try DeploymentFile(Array(text.utf8), name: "x.yaml", environment: Self.environment).environmentValues
    }

    @Test(
        "A value is hidden whole, within a text, cut short, and as JSON writes it; a short one is not",
        arguments: [
            ("got \"topsecret\"", "got \"${TOKEN}\""),
            ("xtopsecretx topsecret", "x${TOKEN}x ${TOKEN}"),
            ("got a-secret-that-is-longer…", "got ${LONG}…"),
            ("a-secret", "a-secret"),
            ("got \"say \\\"hi\\\"\"", "got \"${ODD}\""),
            ("got TOPSECRET", "got ${TOKEN}"),
            ("abc", "abc"),
        ])
    func hides(text: String, shown: String) throws {
        #expect(try values().hidden(in: text) == shown)
    }

    @Test("In values, too, and in those of another file")
    func hidesInValues() throws {
        var all = EnvironmentValues()
        #expect(all.hidden(in: "topsecret") == "topsecret")
        all.add(try values())
        #expect(all.hidden(in: ["a": ["topsecret", 1], "b": nil]) == ["a": ["${TOKEN}", 1], "b": nil])
    }

    @Test(
        "No mistake of a file shows a value",
        arguments: [
            "schedules: [{cron: \"${TOKEN}\"}]", "schedule: {rrule: \"FREQ=${TOKEN}\"}",
            "schedules: [{cron: \"@daily\", timezone: \"${TOKEN}\"}]", "retries: ${TOKEN}", "infrastructure: ${TOKEN}",
            "schedules: [{cron: \"@daily\", slug: \"X ${TOKEN}\"}]", "retry_on: [\"${TOKEN}\"]", "source: ${TOKEN}",
            "flow_name: \"a/${TOKEN}\"", "work_queue_name: a\nwork_pool: {work_queue_name: \"${TOKEN}\"}",
        ])
    func mistakes(line: String) throws {
        let error = #expect(throws: FileProblems.self) {
            try DeploymentFile(Array("name: x\n\(line)\n".utf8), name: "x.yaml", environment: Self.environment)
        }
        let text = error?.description ?? ""
        #expect(!text.lowercased().contains("topsecret") && text.contains("${TOKEN}"), "\(text)")
    }
}
