import Foundation
import OrchTesting
import TestSupport
import Testing

@testable import Orch

/// Keeps `docs/parameters.md` equal to what is compiled and to what the code says.
struct ParametersDocumentTests {
    @Test func theExampleIsCompiled() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let page = try String(
            contentsOf: tests.appending(path: "../../docs/parameters.md").standardized, encoding: .utf8)
        let source = try String(contentsOf: tests.appending(path: "ParameterExamples.swift"), encoding: .utf8)
        func trimmed(_ text: Substring) -> String {
            text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
        }
        let examples = page.split(separator: "```swift\n").dropFirst().compactMap {
            $0.split(separator: "```", omittingEmptySubsequences: false).first
        }
        #expect(examples.count == 1)
        for example in examples { #expect(trimmed(source[...]).contains(trimmed(example)), "\(example)") }
    }

    @Test func theExampleRuns() async throws {
        let schema = try FlowParameters.schema(of: ParameterExamples.LoadTrips.self)
        let values = try schema.parse(assignments: [#"trips=[{"month":1}]"#, "from=2021-01-31", "wait=1h30m"])
        let run = try await FlowTest(ParameterExamples.LoadTrips.self).parameters(values).run()
        #expect(run.state.type == .completed)
        #expect(run.messages() == ["month 1, green, from 2021-01-31"])
        #expect(run.parameters["wait"] == "PT1H30M")
    }

    @Test func namesThatTemplatesMayUse() throws {
        let rows = RunFacts.variables.map { variable in
            "| `\(variable.name)` | \(variable.meaning) | \(variable.isOfInterval ? "runs with a data interval" : "every run") |"
        }
        try DocumentPage("parameters.md").expect(
            (["| Name | What it stands for | In |", "|---|---|---|"] + rows).joined(separator: "\n"), at: "variables")
    }
}
