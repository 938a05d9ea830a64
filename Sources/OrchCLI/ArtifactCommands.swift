import ArgumentParser
import FoundationEssentials
import OrchClient
import OrchModel

/// `orch artifact`.
struct Artifacts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifact",
        abstract: "Lists and shows what runs made to be looked at: texts, tables, links, images.",
        subcommands: [List.self, Inspect.self, History.self], aliases: ["artifacts"])

    /// `orch artifact ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists artifacts by the last version of each key, newest first.",
            discussion: """
                Examples:
                  orch artifact ls --type table
                  orch artifact ls --flow-run docker-flow-4f2b9c11
                """)

        @Option(help: "Only those of this type: markdown, table, link or image.") var type: String?
        @Option(help: "Only what this run and its child runs made.") var flowRun: String?
        @Option(help: "How many at most.") var limit = 20
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws { try Artifacts.check(limit: limit) }

        func run() async throws {
            let page = try await connection.client().artifacts(
                ArtifactFilter(type: type, flowRun: flowRun, limit: limit))
            let now = Timestamp.now()
            try output.show(page.artifacts) { artifacts in
                Table(
                    header: ["KEY", "TYPE", "BYTES", "RUN", "MADE", "DESCRIPTION"],
                    rows: artifacts.map {
                        [
                            TerminalText.oneLine($0.key), TerminalText.oneLine($0.type), "\($0.bytes)", $0.flowRunName,
                            $0.at.ago(at: now), TerminalText.oneLine($0.description),
                        ]
                    },
                    empty: type != nil || flowRun != nil
                        ? "No artifact matches." : "No artifacts yet: a flow makes them by context.artifacts."
                ).text
            }
            Artifacts.remark(page)
        }
    }

    /// `orch artifact inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract: "Shows the last artifact of a key, or a certain one, with its content.",
            discussion: """
                Examples:
                  orch artifact inspect load-report
                  orch artifact inspect 01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11
                  orch artifact inspect rows-by-day --save chart.png
                """)

        @Argument(help: "The key, or an artifact's id.") var artifact: String
        @Option(help: "Write a text or an image into this file instead of showing it.") var save: String?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let found = try await connection.client().artifact(artifact)
            guard let save else { return try output.show(found) { ArtifactSummary(artifact: $0).text } }
            guard let bytes = ArtifactSummary(artifact: found).fileContent else {
                throw Message(.usage, "--save: expected a markdown text or an image of its own, got a \(found.type)")
            }
            do {
                try Data(bytes).write(to: URL(filePath: save))
            } catch {
                throw Message(.failed, "--save: \(save) cannot be written: \(error)")
            }
            FileHandles.writeError("\(bytes.count) bytes written to \(save)\n")
        }
    }

    /// `orch artifact history`.
    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "history", abstract: "Lists every version of a key, newest first.",
            discussion: "Example: orch artifact history load-report --limit 100")

        @Argument(help: "The key.") var key: String
        @Option(help: "How many at most.") var limit = 20
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws { try Artifacts.check(limit: limit) }

        func run() async throws {
            let page = try await connection.client().artifactHistory(of: key, limit: limit)
            try output.show(page.artifacts) { artifacts in
                Table(
                    header: ["MADE", "TYPE", "BYTES", "RUN", "ID", "DESCRIPTION"],
                    rows: artifacts.map {
                        [
                            $0.at.brief, TerminalText.oneLine($0.type), "\($0.bytes)", $0.flowRunName, "\($0.id)",
                            TerminalText.oneLine($0.description),
                        ]
                    }, empty: ""
                ).text
            }
            Artifacts.remark(page)
        }
    }

    static func check(limit: Int) throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit: expected 1 to 1000, got \(limit)") }
    }

    /// Says on standard error that a list was cut.
    static func remark(_ page: ArtifactPage) {
        guard page.next != nil else { return }
        FileHandles.writeError("The newest \(page.artifacts.count) are shown; --limit shows more.\n")
    }
}
