import Foundation
import OrchModel
import Testing

/// Keeps `docs/run-states.md` equal to the table of transitions.
struct RunStatesDocumentTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/run-states.md").standardized

    /// Narrower names, and when a state has them.
    private static let names: [(StateType, String, String)] = [
        (.scheduled, "Scheduled", "waits for an agent, or for its time"),
        (.scheduled, RunState.lateName, "was due 15 s ago, and no agent has taken it"),
        (.scheduled, RunState.awaitingRetryName, "its last attempt went wrong, another one follows"),
        (.pending, "Pending", "an agent has claimed it and makes its container"),
        (.running, "Running", "its process has started"),
        (.running, RunState.retryingName, "the same, in a second or later attempt"),
        (.paused, "Paused", "is held"),
        (.cancelling, "Cancelling", "somebody asked for its end; its container is being stopped"),
        (.cancelled, "Cancelled", "it was ended because somebody asked"),
        (.completed, "Completed", "it did what it should"),
        (.failed, "Failed", "the flow said so, or the command's exit code"),
        (.failed, RunState.timedOutName, "it took longer than it may"),
        (.crashed, "Crashed", "it was killed, ran out of memory, vanished, or never started"),
    ]

    private static var document: String {
        let arrows = StateType.allCases.flatMap { type in
            StateType.allCases.filter(type.successors.contains).map {
                "    \(type.defaultName) --> \($0.defaultName)"
            }
        }
        let header = StateType.allCases.map { " \($0.defaultName) |" }.joined()
        let rows = StateType.allCases.map { from in
            "| **\(from.defaultName)** |"
                + StateType.allCases.map { from.successors.contains($0) ? " ● |" : "  |" }.joined()
        }
        return """
            # The states of a run

            Each state has a type, a name, a message that says why, a time, and who caused it. This page is made from the
            table in `Sources/OrchModel/RunState+transitions.swift`; a test compares them, and
            `ORCH_UPDATE_DOCUMENTS=1 swift test --filter RunStatesDocumentTests` writes it anew.

            | type | name | when |
            |---|---|---|
            \(names.map { "| \($0.rawValue) | \($1) | \($2) |" }.joined(separator: "\n"))

            What may follow what; a terminal state is never left, and a report that comes again changes nothing:

            ```mermaid
            stateDiagram-v2
                [*] --> Scheduled
            \(arrows.joined(separator: "\n"))
            \(StateType.allCases.filter(\.isTerminal).map { "    \($0.defaultName) --> [*]" }.joined(separator: "\n"))
            ```

            | from \\ to |\(header)
            |---|\(StateType.allCases.map { _ in "---|" }.joined())
            \(rows.joined(separator: "\n"))

            A run goes from Pending or Running back to Scheduled in two cases: its attempt went wrong and its policy grants
            another (AwaitingRetry), or its agent claimed it and never came back. Each attempt keeps its own end, agent,
            container and log lines: `orch flow-run inspect`, `GET /api/flow-runs/{id}/attempts`.

            """
    }

    @Test func theDocumentIsTheTable() throws {
        if ProcessInfo.processInfo.environment["ORCH_UPDATE_DOCUMENTS"] != nil {
            try Data(Self.document.utf8).write(to: Self.path)
        }
        let written = try String(contentsOf: Self.path, encoding: .utf8)
        #expect(written == Self.document, "docs/run-states.md is not what the table says")
    }

    @Test func everyTypeIsExplained() {
        #expect(Set(Self.names.map(\.0)) == Set(StateType.allCases))
    }
}
