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
        @Option(help: "How long to wait for an agent's answer, in seconds.") var timeout = 60.0

        /// What the files come to; warnings go to standard error.
        func requests(_ client: OrchClient) async throws -> [DeploymentFileLoading.Ready] {
            let loading = DeploymentFileLoading(paths: files, image: image, queue: queue, timeout: timeout)
            let (ready, warnings) = try await loading.requests(client)
            for warning in warnings { FileHandles.writeError(warning + "\n") }
            return ready
        }
    }

    /// `orch deployment apply`.
    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "apply",
            abstract: "Saves the deployments of files.",
            discussion: """
                All files are checked before anything is saved: their keys and values, the images with their flows and \
                parameters, as an agent finds them. The same content again makes no new version, and leaves pauses and \
                schedules that were changed elsewhere as they are. Files that Prefect wrote are read as they are, with a \
                warning for each key that has no meaning here.

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
            let all = try await files.requests(client)
            try await DeploymentBatch.check(all.map(\.request), client)
            var replies: [DeploymentReply] = []
            for ready in all {
                do throws(OrchClientError) {
                    replies.append(try await client.deploy(ready.request))
                } catch {
                    // What was saved before is said, so that nobody has to guess.
                    if !replies.isEmpty { FileHandles.writeError(DeploymentBatch.text(replies)) }
                    throw error
                }
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
            abstract: "Shows what applying files would change, and changes nothing.",
            discussion: """
                A line begins with + for what would come, - for what would go, ~ for what would be another value. Secrets \
                are not compared.

                Example: orch deployment diff etl_parent_flow-deployment.yaml

                Exit codes: 0 nothing would change, 1 something would, 2 a file or what it says is wrong, 5 API \
                unreachable or refused.
                """)

        @OptionGroup var files: Files
        @OptionGroup var connection: Connection
        @OptionGroup var output: Output

        func run() async throws {
            let client = try connection.client()
            let saved = try await client.deployments()
            let differences = try await files.requests(client).map { ready in
                DeploymentDifference(
                    saved.first { $0.flowName == ready.request.flowName && $0.name == ready.request.name },
                    ready.request)
            }
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
