import ArgumentParser
import OrchClient
import OrchModel

/// `orch asset`.
struct Assets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "asset", abstract: "Lists and inspects what runs wrote: objects, their schemas, where from.",
        subcommands: [List.self, Inspect.self, History.self], aliases: ["assets"])

    /// `orch asset ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists objects by their last record, newest first.",
            discussion: """
                Examples:
                  orch asset ls --dataset green
                  orch asset ls --prefix gs://my-lake/data/ --limit 100
                  orch asset ls --flow-run docker-flow-4f2b9c11
                """)

        @Option(help: "Only objects of this dataset.") var dataset: String?
        @Option(help: "Only objects whose address starts so.") var prefix: String?
        @Option(help: "Only what this run and its child runs wrote.") var flowRun: String?
        @Option(help: "How many at most.") var limit = 20
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws { try Assets.check(limit: limit) }

        func run() async throws {
            let client = try connection.client()
            let page = try await client.assets(
                AssetFilter(dataset: dataset, prefix: prefix, flowRun: flowRun, limit: limit))
            // A misspelt name must not look like a dataset without objects: its history is refused with the nearest.
            if page.assets.isEmpty, let dataset { _ = try await client.assetHistory(of: .dataset(dataset), limit: 1) }
            let isFiltered = dataset != nil || prefix != nil || flowRun != nil
            let now = Timestamp.now()
            try output.show(page.assets) { assets in
                Table(
                    header: ["DATASET", "ROWS", "BYTES", "SCHEMA", "RUN", "WRITTEN", "OBJECT"],
                    rows: assets.map {
                        [
                            $0.record.dataset, Assets.shown($0.record.rows), "\($0.record.bytes)",
                            Assets.shown($0.record.schemaVersion), $0.flowRunName, $0.at.ago(at: now), $0.record.uri,
                        ]
                    },
                    empty: isFiltered
                        ? "No asset matches." : "No assets yet: runs report what they write to a lake."
                ).text
            }
            Assets.remark(page)
        }
    }

    /// `orch asset inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract: "Shows the last record of an object, or a certain record, with its columns.",
            discussion: """
                Examples:
                  orch asset inspect gs://my-lake/data/green/green_tripdata_2020-07.parquet
                  orch asset inspect 01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11
                """)

        @Argument(help: "The object's address, or a record's id.") var asset: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            try output.show(try await connection.client().asset(asset)) { AssetSummary(asset: $0).text }
        }
    }

    /// `orch asset history`.
    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "history",
            abstract: "Lists every record of an object or a dataset, newest first.",
            discussion: """
                Examples:
                  orch asset history gs://my-lake/data/green/green_tripdata_2020-07.parquet
                  orch asset history green --limit 100
                """)

        @Argument(help: "The object's address, or the dataset's name.") var asset: String
        @Option(help: "How many at most.") var limit = 20
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws { try Assets.check(limit: limit) }

        func run() async throws {
            let page = try await connection.client().assetHistory(of: AssetSubject(asset), limit: limit)
            try output.show(page.assets) { assets in
                Table(
                    header: ["WRITTEN", "ROWS", "BYTES", "SCHEMA", "VERSION", "RUN", "ID", "OBJECT"],
                    rows: assets.map {
                        [
                            $0.at.brief, Assets.shown($0.record.rows), "\($0.record.bytes)",
                            Assets.shown($0.record.schemaVersion), Assets.digits($0.record.version), $0.flowRunName,
                            "\($0.id)", $0.record.uri,
                        ]
                    }, empty: ""
                ).text
            }
            Assets.remark(page)
        }
    }

    static func check(limit: Int) throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit: expected 1 to 1000, got \(limit)") }
    }

    /// A number, where it is known.
    static func shown(_ number: (some BinaryInteger)?) -> String { number.map { "\($0)" } ?? "-" }

    /// As much of a version or checksum as tells it from others.
    static func digits(_ text: String) -> String { String(text.prefix(AssetRecord.shownDigits)) }

    /// Says on standard error that a list was cut.
    static func remark(_ page: AssetPage) {
        guard page.next != nil else { return }
        FileHandles.writeError("The newest \(page.assets.count) are shown; --limit shows more.\n")
    }
}
