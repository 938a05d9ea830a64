import ArgumentParser
import FoundationEssentials
import OrchModel

/// `orch profile`.
struct Profiles: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Keeps controllers' addresses and tokens under names.",
        subcommands: [Create.self, List.self, Use.self, Delete.self], aliases: ["profiles"])

    /// `orch profile create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Saves a profile (mode 0600) and chooses it.",
            discussion: "Example: orch profile create work --url http://orch.example:4200 --token-stdin < token")
        @Argument(help: "The profile's name.") var name: String
        @Option(help: "The controller's address.") var url: String
        @Flag(name: .customLong("token-stdin"), help: "Read the token from standard input.") var tokenFromInput = false
        @Option(name: .customLong("token-file"), help: "Keep only the path of a file that holds the token.")
        var tokenFile: String?

        func validate() throws {
            guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
                throw ValidationError("--url: expected http://HOST:PORT or https://…, got \"\(url)\"")
            }
            guard tokenFromInput != (tokenFile != nil) else {
                throw ValidationError("expected --token-stdin or --token-file PATH")
            }
        }

        func run() async throws {
            var profile = Profile(name: name, url: url)
            if let tokenFile {
                profile.tokenFile = URL(filePath: tokenFile).standardizedFileURL.path
                _ = try profile.readToken()
            } else {
                let token = FileHandles.readInput().prefix { !$0.isNewline }
                guard !token.isEmpty else { throw Message(.usage, "--token-stdin: standard input holds no token") }
                profile.token = Secret(String(token))
            }
            let folder = ProfileFolder()
            try folder.save(profile)
            try folder.use(name)
            FileHandles.writeOut("Saved and chose profile \(name) (\(url)).\n")
        }
    }

    /// `orch profile ls`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists profiles; * is the chosen one.")
        @OptionGroup var output: Output

        private struct Row: Encodable {
            var name: String
            var url: String
            var chosen: Bool
        }

        func run() async throws {
            let folder = ProfileFolder()
            let rows = try folder.names().compactMap { name in
                try folder.load(name).map { Row(name: name, url: $0.url, chosen: name == folder.activeName) }
            }
            try output.show(rows) { rows in
                Table(
                    header: ["", "NAME", "URL"], rows: rows.map { [$0.chosen ? "*" : "", $0.name, $0.url] },
                    empty: "No profiles yet. \"orch up\" makes one."
                ).text
            }
        }
    }

    /// `orch profile use`.
    struct Use: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "use", abstract: "Chooses a profile.")
        @Argument(help: "The profile's name.") var name: String

        func run() async throws {
            try ProfileFolder().use(name)
            FileHandles.writeOut("Chose profile \(name).\n")
        }
    }

    /// `orch profile delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Deletes a profile.")
        @Argument(help: "The profile's name.") var name: String

        func run() async throws {
            try ProfileFolder().delete(name)
            FileHandles.writeOut("Deleted profile \(name).\n")
        }
    }
}
