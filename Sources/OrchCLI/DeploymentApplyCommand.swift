import ArgumentParser
import DeploymentFiles
import OrchClient
import OrchModel

extension Deployments {
    /// What commands read deployments from.
    struct Files: ParsableArguments {
        @Argument(help: "Files of deployments; - is standard input.") var files: [String]
        @Option(help: "The image, in place of what the files say.") var image: String?
        @Option(
            name: [.customShort("q"), .customLong("queue"), .customLong("work-queue")],
            help: "The work queue, in place of what the files say.")
        var queue: String?
        @Option(help: "How long to wait for an agent's answer, in seconds; during a pull, for its next word.")
        var timeout = 60.0

        /// Does something with what the files come to, once agents have looked at the images; warnings go to standard error.
        func with(
            _ client: OrchClient, _ body: (_ requests: [DeploymentRequest], EnvironmentValues) async throws -> Void
        ) async throws {
            let loading = DeploymentFileLoading(paths: files, image: image, queue: queue, timeout: timeout)
            let loaded = try await loading.load(client)
            for warning in loaded.warnings { FileHandles.writeError(warning + "\n") }
            let requests = loaded.ready.map(\.request)
            do {
                try await DeploymentBatch.check(
                    requests, client, known: loaded.answers, hiding: loaded.environment)
                try await body(requests, loaded.environment)
            } catch {
                throw loaded.environment.hidden(in: error)
            }
        }
    }

    /// `orch deployment apply`.
    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "apply",
            abstract: "Saves the deployments of files.",
            discussion: """
                All files are checked before anything is saved: their keys and values, the images with their flows and \
                parameters, as an agent finds them. The same content again makes no new version, and leaves schedules that \
                were changed elsewhere as they are; a pause is set as the file says it, and left alone where it does not. Files \
                that Prefect wrote are read as they are, with a warning for each key that has no meaning here.

                Examples:
                  orch deployment apply etl_parent_flow-deployment.yaml
                  orch deployment apply deployments/*.yaml
                  cat flow.yaml | orch deployment apply -

                Exit codes: 0 saved, 2 a file or what it says is wrong, 5 API unreachable or refused.
                """)

        @OptionGroup var files: Files
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            var replies: [DeploymentReply] = []
            try await files.with(client) { requests, environment in
                // What the controller refuses of one is found before any of them is saved.
                for request in requests { _ = try await client.preview(request) }
                replies = try await DeploymentBatch.save(requests, client, hiding: environment)
            }
            try output.show(replies) { replies in
                DeploymentBatch.text(replies) + "Run one: orch run \(ShellWord.word(replies[0].deployment.name))\n"
            }
        }
    }

    /// `orch deployment diff`.
    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Shows what applying files would change, or what differs between two versions; changes nothing.",
            discussion: """
                A line begins with + for what would come, - for what would go, ~ for what would be another value. Secrets \
                are not shown. What apply would refuse, this refuses, too.

                With --from the argument is a deployment, and it shows what changed between two of its versions.

                Examples:
                  orch deployment diff etl_parent_flow-deployment.yaml
                  orch deployment diff docker-flow --from 3
                  orch deployment diff docker-flow --from 3 --to 5

                Exit codes: 0 nothing would change, or differs, 1 something does, 2 a file or what it says is wrong, or \
                there is no such version, 5 API unreachable or refused.
                """)

        @OptionGroup var files: Files
        @Option(help: "The older version of the deployment that is named in place of files.") var from: Int?
        @Option(help: "The version that it is compared with. Defaults to the current one.") var to: Int?
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func validate() throws {
            guard from != nil else {
                if to != nil { throw ValidationError("--to: only together with --from") }
                return
            }
            guard files.files.count == 1, files.image == nil, files.queue == nil else {
                throw ValidationError("--from: expected one deployment, NAME or FLOW/NAME, and no --image or --queue")
            }
        }

        func run() async throws {
            let client = try connection.client()
            var differences: [DeploymentDifference] = []
            if let from {
                differences = [try await client.difference(of: files.files[0], from: from, to: to)]
                return try show(differences)
            }
            try await files.with(client) { requests, environment in
                for request in requests {
                    let preview = try await client.preview(request)
                    DeploymentBatch.warn(
                        preview.warnings?.map { environment.hidden(in: $0) }, of: preview.next.fullName)
                    differences.append(DeploymentDifference(preview, hiding: environment))
                }
            }
            try show(differences)
        }

        private func show(_ differences: [DeploymentDifference]) throws {
            try output.show(differences) { $0.map(\.text).joined() }
            if differences.contains(where: { $0.outcome != .unchanged }) { throw Ending(code: .failed) }
        }
    }

    /// `orch deployment schema`.
    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema",
            abstract: "Prints the JSON Schema of deployment files, for editors.",
            discussion: """
                Example: orch deployment schema > orch-deployment.json, and as a file's first line
                  # yaml-language-server: $schema=orch-deployment.json
                """)

        func run() throws {
            FileHandles.writeOut(try Output.json(FileSchema.schema) + "\n")
        }
    }
}
