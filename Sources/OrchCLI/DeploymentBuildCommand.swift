import ArgumentParser
import DeploymentFiles
import FoundationEssentials
import OrchClient
import OrchModel

extension Deployments {
    /// `orch deployment build`.
    struct Build: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "build",
            abstract: "Writes a deployment's file, to be edited and applied.",
            discussion: """
                Asks an agent what the image holds. IMAGE:FLOW is taken apart at the last ":" that a flow of the image \
                follows; - and _ count as equal in a flow's name. The file is called FLOW-deployment.yaml with _ for each -. \
                One that is there with other content is left alone without --force.

                Examples:
                  orch deployment build taxi:latest:etl-parent-flow -n "Parametrized ETL"
                  orch deployment build taxi:latest:etl_parent_flow -n monthly --cron "0 7 2 * *" --timezone Europe/Berlin -a
                  orch deployment build taxi:latest:parent_flow_runner -n docker-flow -ib docker-container/zoom -o flow.yaml
                  orch deployment build ./taxi:etl-parent-flow -n local -i process

                Exit codes: 0 written, 1 the file is there with other content or cannot be written, 2 usage, 5 API \
                unreachable or refused.
                """)

        @Argument(help: "IMAGE:FLOW, or the image alone where it holds one flow.") var entrypoint: String
        @Option(name: .shortAndLong, help: "The deployment's name.") var name: String
        @Option(name: [.customShort("i"), .customLong("infra")], help: "docker or process. Defaults to docker.")
        var infra: String?
        @Option(
            name: [.customLong("ib", withSingleDash: true), .customLong("infra-block")],
            help: "The block that says how runs are started: docker-container/NAME, process/NAME.")
        var infraBlock: String?
        @Option(name: [.customShort("f"), .customLong("file")], help: "The file. Defaults to FLOW-deployment.yaml.")
        var file: String?
        @Flag(name: [.customShort("a"), .customLong("apply")], help: "Save the deployment, too.") var apply = false
        @Flag(help: "Write over a file that has other content.") var force = false
        @Flag(name: .customLong("skip-upload"), help: .hidden) var skipsUpload = false
        @Option(name: [.customLong("sb", withSingleDash: true), .customLong("storage-block")], help: .hidden)
        var storageBlock: String?
        @Option(help: .hidden) var path: String?
        @Option(help: "How long to wait for an agent's answer, in seconds; during a pull, for its next word.")
        var timeout = 60.0
        @OptionGroup(title: "The deployment") var options: DeploymentOptions
        @OptionGroup(title: "Run policy") var policy: RunPolicyOptions
        @OptionGroup var connection: Connection
        @Option(
            name: [.customShort("o"), .customLong("output")],
            help: "The file; or table or json, how the answer is shown.")
        var output: String?

        func validate() throws {
            _ = try infrastructure()
            guard !name.isEmpty else { throw ValidationError("--name: expected a name") }
            if let colon = entrypoint.lastIndex(of: ":"), entrypoint[..<colon].hasSuffix(".py") {
                throw ValidationError(
                    "expected IMAGE:FLOW, such as taxi:latest:\(entrypoint[colon...].dropFirst()), got the function of a "
                        + "Python file, \(entrypoint): here the image holds the flow")
            }
        }

        /// What is said of Prefect's options that have no meaning here.
        var hints: [String] {
            let given = [
                ("--skip-upload", skipsUpload), ("--storage-block", storageBlock != nil), ("--path", path != nil),
            ]
            return given.filter(\.1).map {
                "\($0.0) has no meaning here: the image holds the flow, and nothing is uploaded; files beside it come "
                    + "with --source git URL@REF:PATH"
            }
        }

        /// The form of the answer where `-o` says one; Prefect's users name the file by it.
        private var form: Output.Form? { output.flatMap(Output.Form.init(rawValue:)) }

        func run() async throws {
            for hint in hints { FileHandles.writeError("Warning: \(hint)\n") }
            let client = try connection.client()
            var questions = ImageQuestions(client: client, timeout: timeout)
            let (entry, schema, image, answer) = try await entry(&questions)
            let path = file ?? (form == nil ? output : nil) ?? Self.fileName(flow: entry.flowName ?? name)
            let text = DeploymentWriter(entry, schema: schema).text
            try Self.check(text)
            let requests = try DeploymentBatch.requests([entry], image: image, answer: answer)
            try await DeploymentBatch.checkBlocks(requests, client)
            if apply {
                // All that could be refused is, before the file is there.
                try await DeploymentBatch.check(requests, client, known: questions.answers)
                for request in requests { _ = try await client.preview(request) }
            } else {
                try DeploymentBatch.checkSchedules(requests)
            }
            let isWritten = try write(text, to: path)
            let replies = apply ? try await DeploymentBatch.save(requests, client) : []
            let built = Built(file: path, isWritten: isWritten, deployments: replies)
            guard form != .json else { return FileHandles.writeOut(try Output.json(built) + "\n") }
            FileHandles.writeOut(
                "\(path): \(isWritten ? "written" : "unchanged")\n" + DeploymentBatch.text(replies)
                    + (apply
                        ? "Run it: orch run \(ShellWord.word(name))\n"
                        : "Edit it, then save the deployment: orch deployment apply \(ShellWord.word(path))\n"))
        }

        /// Reads the text as `apply` would.
        ///
        /// - Throws: a usage message with what it would refuse.
        private static func check(_ text: String) throws {
            do throws(FileProblems) {
                _ = try DeploymentFile(Array(text.utf8), name: "", environment: [:])
            } catch {
                throw Message(.usage, error.problems.map(\.message).joined(separator: "\n"))
            }
        }

        /// What is told with `-o json`.
        private struct Built: Encodable {
            var file: String
            var isWritten: Bool
            var deployments: [DeploymentReply]
        }

        /// What is said of the deployment, with what the flow takes.
        private func entry(
            _ questions: inout ImageQuestions
        ) async throws -> (DeploymentEntry, ParameterSchema, String, AgentTaskAnswer) {
            let infrastructure = try infrastructure()
            var asked = DeploymentEntry(name: name)
            asked.infrastructureType = infrastructure.type
            asked.infrastructureBlock = infrastructure.block
            asked.workQueue = options.queue
            asked.entrypoint = infrastructure.kind == .process ? DeployTarget.wholePath(entrypoint) : entrypoint
            let found: ImageQuestions.Finding
            do {
                found = try await questions.finding(for: asked)
            } catch let remark as DeploymentMaker.Remark {
                throw Message(.usage, remark.message)
            }
            let plan = DeploymentPlan(
                image: found.image, name: name, flow: found.entry.flowName, queue: options.queue,
                assignments: options.parameters, tags: options.tags, command: [], infrastructure: infrastructure,
                parametersJSON: options.parametersJSON, choice: "\(entrypoint):FLOW, of the flows")
            var entry = try plan.entries(for: found.answer)[0]
            try options.apply(to: &entry)
            entry.policy = try policy.policy(over: nil)
            guard case .description(let description) = found.answer else {
                return (entry, .init(), found.image, found.answer)
            }
            let flow = entry.flowName.flatMap { description.flow(called: $0) }
            return (entry, flow?.parameters ?? ParameterSchema(), found.image, found.answer)
        }

        private func infrastructure() throws -> Infrastructure {
            guard let infraBlock else { return try Deploy.infrastructure(infra ?? "docker") }
            let parts = infraBlock.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            guard
                let kind = InfrastructureKind.allCases.first(where: {
                    $0.blockType == parts[0] || $0.rawValue == parts[0]
                }),
                parts.count == 2, !parts[1].isEmpty
            else {
                throw ValidationError(
                    "--infra-block: expected docker-container/NAME or process/NAME, got \"\(infraBlock)\"")
            }
            guard infra == nil || infra == kind.rawValue || infra == kind.blockType else {
                throw ValidationError("--infra-block: \(infraBlock) is no block of --infra \(infra ?? "")")
            }
            return Infrastructure(type: kind.rawValue, block: parts[1])
        }

        /// `etl_parent_flow-deployment.yaml`.
        static func fileName(flow: String) -> String {
            let plain = flow.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "_" }
            return "\(String(plain))-deployment.yaml"
        }

        /// Whether the file was written: it is left alone where it has that content.
        private func write(_ text: String, to path: String) throws -> Bool {
            if path == "-" {
                FileHandles.writeOut(text)
                return true
            }
            var isFolder = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder {
                throw Message(.failed, "\(path) is a folder: name a file in it, as in -f \(path)/deployment.yaml")
            }
            let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
            guard FileManager.default.fileExists(atPath: folder) else {
                throw Message(
                    .failed,
                    "the file \(path) cannot be written: there is no folder \(folder); make it, or name another file")
            }
            if let old = try? Data(contentsOf: URL(filePath: path)) {
                if old == Data(text.utf8) { return false }
                guard force else {
                    throw Message(
                        .failed,
                        "the file \(path) is there with other content: save it with `orch deployment apply \(path)`, or write "
                            + "over it with --force")
                }
            }
            do {
                try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
            } catch {
                throw Message(.failed, "the file \(path) cannot be written: \(FileReason(error))")
            }
            return true
        }
    }
}
