import Foundation
import OrchTesting
import Testing

@testable import Orch

/// Keeps the examples of `docs/graphs.md` equal to those that are compiled, and runs them.
struct GraphsDocumentTests {
    private let bench = TaskBench()
    private var reporter: RecordingReporter { bench.reporter }
    private var context: FlowContext { bench.context }

    private var ends: [String: String] {
        Dictionary(reporter.taskStates.map { ($0.name, $0.state.name) }) { $1 }
    }

    @Test func everyExampleIsCompiled() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let page = try String(contentsOf: tests.appending(path: "../../docs/graphs.md").standardized, encoding: .utf8)
        let source = try String(contentsOf: tests.appending(path: "GraphExamples.swift"), encoding: .utf8)
        func trimmed(_ text: Substring) -> String {
            text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
        }
        let examples = page.split(separator: "```swift\n").dropFirst().compactMap {
            $0.split(separator: "```", omittingEmptySubsequences: false).first
        }
        #expect(examples.count == 5)
        for example in examples { #expect(trimmed(source[...]).contains(trimmed(example)), "\(example)") }
    }

    @Test func aMonthIsLoaded() async throws {
        try await context.child(GraphExamples.LoadMonth.self)
        #expect(
            ends == ["extract": "Completed", "lake": "Completed", "database": "Completed", "clean": "Completed"])
    }

    @Test func nodesHaveWhatTasksHave() async throws {
        let bench = TaskBench(
            caching: ResultCaching(
                cache: MemoryResultCache(), codeVersion: CodeVersion(["ORCH_IMAGE_DIGEST": "sha256:1"]), run: .new()))
        for _ in 0..<2 { try await bench.context.child(GraphExamples.LoadCarefully.self) }
        #expect(bench.states(of: "extract") == ["Running", "Completed", "Running", "Cached"])
        #expect(bench.reporter.taskStates.last { $0.name == "load" }?.details?.tags == ["database"])
    }

    @Test func aBranchFollowsOneArm() async throws {
        try await GraphExamples.branch(context, GraphExamples.Trips(rows: 0))
        #expect(ends == ["choose": "Completed", "load": "Skipped", "report": "Completed", "join": "Completed"])
    }

    @Test(arguments: [true, false]) func aShortCircuitDecides(isWorkday: Bool) async throws {
        try await GraphExamples.shortCircuit(context, isWorkday: isWorkday)
        #expect(
            ends == [
                "only-weekdays": "Completed", "load": isWorkday ? "Completed" : "Skipped", "clean": "Completed",
            ])
    }

    @Test func aYearIsLoaded() async throws {
        try await GraphExamples.group(context)
        #expect(ends.count == 26 && ends["load.save-12"] == "Completed")
        #expect(reporter.taskStates.last?.name == "report")
    }
}
