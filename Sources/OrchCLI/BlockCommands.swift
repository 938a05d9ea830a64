import ArgumentParser
import FoundationEssentials
import OrchClient
import OrchModel

/// `orch block`.
struct Blocks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block", abstract: "Creates, lists and inspects blocks: credentials and settings flows use.",
        subcommands: [Create.self, List.self, Inspect.self, Delete.self, Types.self], aliases: ["blocks"])

    /// `orch block create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Saves a block. Secrets are written once and never shown again.",
            discussion: """
                Examples:
                  orch block create gcp-credentials zoom-gcp-creds --set-file service_account_info=key.json
                  orch block create gcs-bucket zoom-gcs --set bucket=my-lake --set gcp_credentials=zoom-gcp-creds
                  orch block create postgres postgres-connector --set host=db --set user=me --set database=ny_taxi \
                --set-stdin password
                  orch block create docker-container default --set memory=2g --set 'networks=["orch"]' --replace

                A secret goes through --set-file or --set-stdin: an argument is seen by everyone on this machine.
                "orch block types" lists types and fields.
                """)

        @Argument(help: "The type, such as gcs-bucket or docker-container; `orch block types` lists them.")
        var type: String
        @Argument(help: "The name: letters, digits, -, _ and .") var name: String
        @Option(name: .customLong("set"), parsing: .singleValue, help: "FIELD=VALUE; lists and objects as JSON.")
        var assignments: [String] = []
        @Option(name: .customLong("set-file"), parsing: .singleValue, help: "FIELD=PATH: the file's content.")
        var files: [String] = []
        @Option(name: .customLong("set-stdin"), help: "FIELD: its value is read from standard input.")
        var standardInput: String?
        @Flag(help: "Replace a block of that name. A secret that is not given again stays.") var replace = false
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            guard let blockType = BlockType.named(type) else { throw Blocks.unknown(type: type) }
            let fields = BlockFields(type: blockType)
            var values = try fields.values(of: assignments)
            for (name, value) in try fields.contents(of: files) { values[name] = value }
            if let standardInput {
                values[standardInput] = try fields.value(FileHandles.readInput(), of: standardInput)
            }
            let client = try connection.client()
            let existing = try await client.blocks().first { $0.type == type && $0.name == name }
            if let existing {
                guard replace else {
                    throw Message(.usage, "there is a block \(existing.fullName) already; --replace writes over it")
                }
                for field in blockType.fields where field.kind == .secret || field.kind == .secretObject {
                    values[field.name] = values[field.name] ?? existing.values[field.name]
                }
            }
            let problems = blockType.problems(in: values.filter { $0.value != .string(Secret.placeholder) })
            guard problems.isEmpty else {
                throw Message(
                    .usage,
                    "\(type)/\(name) is not saved:\n" + problems.map { "  \($0)" }.joined(separator: "\n"))
            }
            let saved = try await client.saveBlock(type: type, name: name, values: values)
            try output.show(saved) { "Saved \($0.fullName).\n" }
        }
    }

    /// `orch block ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists blocks.")
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let now = Timestamp.now()
            try output.show(try await connection.client().blocks()) { blocks in
                Table(
                    header: ["TYPE", "NAME", "UPDATED", "VALUES"],
                    rows: blocks.map {
                        [$0.type, $0.name, $0.updatedAt.ago(at: now), JSONValue.object($0.values).jsonText]
                    }, empty: "No blocks yet. See: orch block create --help"
                ).text
            }
        }
    }

    /// `orch block inspect`.
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect", abstract: "Shows one block, its secrets hidden.")
        @Argument(help: "The block: TYPE/NAME.") var block: String
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let (type, name) = try Blocks.split(block)
            let found = try await connection.client().block(type: type, name: name)
            try output.show(found) { block in
                Table.facts(
                    [("Block", block.fullName), ("Updated", block.updatedAt.brief)]
                        + block.values
                        .sorted { $0.key < $1.key }
                        .map { ($0.key, $0.value.stringValue ?? $0.value.jsonText) })
            }
        }
    }

    /// `orch block delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Deletes a block that no other block names.")
        @Argument(help: "The block: TYPE/NAME.") var block: String
        @OptionGroup var connection: Connection

        func run() async throws {
            let (type, name) = try Blocks.split(block)
            try await connection.client().deleteBlock(type: type, name: name)
            FileHandles.writeOut("Deleted \(block).\n")
        }
    }

    /// `orch block types`.
    struct Types: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "types", abstract: "Lists block types and their fields.")
        @OptionGroup var output: Output

        private struct Field: Encodable {
            var type: String
            var field: String
            var required: Bool
            var secret: Bool
            var meaning: String
        }

        func run() async throws {
            let fields = BlockType.all.flatMap { type in
                type.fields.map { field in
                    Field(
                        type: type.slug, field: field.name, required: field.required,
                        secret: field.kind == .secret || field.kind == .secretObject, meaning: field.help)
                }
            }
            try output.show(fields) { fields in
                Table(
                    header: ["TYPE", "FIELD", "", "MEANING"],
                    rows: fields.map {
                        [$0.type, $0.field, $0.required ? "required" : $0.secret ? "secret" : "", $0.meaning]
                    }, empty: ""
                ).text
            }
        }
    }

    static func split(_ block: String) throws -> (type: String, name: String) {
        let parts = block.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw Message(.usage, "expected TYPE/NAME such as gcs-bucket/zoom-gcs, got \(block)")
        }
        guard BlockType.named(parts[0]) != nil else { throw unknown(type: parts[0]) }
        return (parts[0], parts[1])
    }

    static func unknown(type: String) -> Message {
        let slugs = BlockType.all.map(\.slug)
        let nearest = NearestName.nearest(to: type, in: slugs)
        let hint = nearest.isEmpty ? "types: \(slugs.joined(separator: ", "))" : "did you mean \(nearest[0])?"
        return Message(.usage, "there is no block type \"\(type)\"; \(hint)")
    }
}
