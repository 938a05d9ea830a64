import DeploymentFiles
import FoundationEssentials
import OrchClient
import OrchModel

/// Deployments out of files, checked as a whole before anything is saved.
struct DeploymentFileLoading {
    /// A deployment that can be saved.
    struct Ready {
        var file: String
        var request: DeploymentRequest
    }

    /// What files come to.
    struct Loaded {
        var ready: [Ready]
        /// A line each.
        var warnings: [String]
        /// What no message about them is to show.
        var environment: EnvironmentValues
        /// What agents have said of the images.
        var answers: [AgentTaskRequest: AgentTaskAnswer]
    }

    /// The files' paths; `-` is standard input.
    var paths: [String]
    /// In place of what the files say; nil = as they say.
    var image: String?
    var queue: String?
    /// In place of its file's time limits, how long an agent's answer is waited for, in seconds.
    var timeout: Double

    /// The requests of all files, and what to warn of, a line each.
    ///
    /// - Throws: a usage message with all mistakes of all files, each with its place.
    func load(_ client: OrchClient) async throws -> Loaded {
        let files = try read()
        var environment = EnvironmentValues()
        for file in files { environment.add(file.environmentValues) }
        do {
            return try await requests(of: files, client, hiding: environment)
        } catch let error as OrchClientError {
            throw environment.hidden(in: error)
        }
    }

    private func requests(
        of files: [DeploymentFile], _ client: OrchClient, hiding environment: EnvironmentValues
    ) async throws -> Loaded {
        let blocks = try await client.blocks()
        var warnings = files.flatMap { file in file.warnings.map { $0.text(file: file.name) } }
        var questions = ImageQuestions(client: client, timeout: timeout)
        var ready: [Ready] = []
        var problems: [String] = []
        for file in files {
            for deployment in file.deployments {
                func line(_ remark: DeploymentMaker.Remark, isWarning: Bool = false) -> String {
                    FileProblem(
                        environment.hidden(in: remark.message), at: deployment.place(of: remark.path),
                        isWarning: isWarning
                    ).text(file: file.name)
                }
                var entry = deployment.entry
                (entry.image, entry.workQueue) = (image ?? entry.image, queue ?? entry.workQueue)
                do {
                    if entry.infrastructureType == InfrastructureKind.process.rawValue {
                        entry.image = entry.image.map(DeployTarget.wholePath)
                    }
                    if entry.image == nil { entry.image = blockImage(entry, blocks) }
                    let found = try await questions.finding(for: entry)
                    let made = try DeploymentMaker(
                        entry: found.entry, image: found.image, answer: found.answer, sources: deployment.sources
                    ).request()
                    ready.append(Ready(file: file.name, request: made.request))
                    let lookup = BlockLookup(blocks)
                    problems += lookup.problems(made.request).map { line($0) }
                    warnings += (made.warnings + lookup.warnings(made.request)).map { line($0, isWarning: true) }
                } catch let remarks as DeploymentMaker.Remarks {
                    problems += remarks.remarks.map { line($0) }
                } catch let remark as DeploymentMaker.Remark {
                    problems.append(line(remark))
                }
            }
        }
        problems += repeated(ready)
        guard problems.isEmpty else { throw Message(.usage, problems.joined(separator: "\n")) }
        return Loaded(ready: ready, warnings: warnings, environment: environment, answers: questions.answers)
    }

    /// The image that the container block of a deployment names, where the file names none.
    private func blockImage(_ entry: DeploymentEntry, _ blocks: [BlockDocument]) -> String? {
        guard entry.entrypoint == nil, entry.infrastructureType != InfrastructureKind.process.rawValue else {
            return nil
        }
        let name = entry.infrastructureBlock ?? "default"
        return blocks.first { $0.type == DockerContainerBlock.slug && $0.name == name }?.values["image"]?.stringValue
    }

    /// One deployment that stands in two files.
    private func repeated(_ ready: [Ready]) -> [String] {
        var files: [String: String] = [:]
        return ready.compactMap { item in
            let name = "\(item.request.flowName)/\(item.request.name)"
            guard let first = files.updateValue(item.file, forKey: name) else { return nil }
            return "\(item.file): the deployment \(name) stands in \(first) already"
        }
    }

    // MARK: - Files

    /// All files, read.
    ///
    /// - Throws: a usage message with the mistakes of all of them.
    func read() throws -> [DeploymentFile] {
        var files: [DeploymentFile] = []
        var problems: [String] = []
        for path in paths {
            do {
                let name = path == "-" ? "standard input" : path
                files.append(
                    try DeploymentFile(
                        try Self.bytes(of: path), name: name, environment: ProcessInfo.processInfo.environment))
            } catch let error as FileProblems {
                problems.append(error.description)
            } catch let error as Message {
                problems.append(error.text)
            }
        }
        guard problems.isEmpty else { throw Message(.usage, problems.joined(separator: "\n")) }
        return files
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        if path == "-" { return Array(FileHandles.readInput().utf8) }
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            let hint = nearest(to: path).map { ": did you mean \($0)?" } ?? ""
            throw Message(.usage, "there is no file \(path)\(hint)")
        }
        guard !isFolder else { throw Message(.usage, "\(path) is a folder: name its files, as in \(path)/*.yaml") }
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Message(.usage, "the file \(path) cannot be read: \(FileReason(error))")
        }
    }

    /// The file of the same folder that was probably meant.
    static func nearest(to path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        let place = parts.count == 1 ? "." : folder.isEmpty ? "/" : folder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        let files = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") || $0.hasSuffix(".json") }
        let name = NearestName.nearest(to: String(parts.last ?? ""), in: files, limit: 1).first
        return name.map { parts.count == 1 ? $0 : "\(folder)/\($0)" }
    }
}
