import DockerEngine
import FoundationEssentials
import OrchClient
import OrchModel
import TestSupport
import Testing

/// Flows of the program `ChaosFlow` in containers of the real engine.
extension LiveStack {
    /// The program with the libraries it needs, for an image.
    static func chaosProgram() throws -> [TarArchive.Entry] {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "ChaosFlow").path
        return try [entry("/app/ChaosFlow", from: program)] + libraries(of: program)
    }

    /// This machine's Python, where it has one.
    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first(
        where: FileManager.default.isExecutableFile)

    /// This machine's Python with what its start needs of its library, for an image; in the place where it is here.
    static func pythonInterpreter(_ python: String) throws -> [TarArchive.Entry] {
        let question = """
            import json, sys, sysconfig
            import encodings.utf_8, os, site
            files = {m.__file__ for m in sys.modules.values() if getattr(m, "__file__", None)}
            print(json.dumps(sorted(files)))
            """
        let answer = try ChildProgram.run([python, "-c", question])
        try #require(answer.code == 0, "\(answer.errors)")
        let modules = try JSONDecoder().decode([String].self, from: answer.output)
        let known = Set(try libraries(of: python).map(\.path))
        return try [entry(python, from: python)] + libraries(of: python)
            + modules.map { try entry($0, from: $0) }.filter { !known.contains($0.path) }
    }

    private static func entry(_ path: String, from file: String) throws -> TarArchive.Entry {
        TarArchive.Entry(
            path: String(path.drop { $0 == "/" }), bytes: Array(try Data(contentsOf: URL(filePath: file))), mode: 0o755)
    }

    private static func libraries(of program: String) throws -> [TarArchive.Entry] {
        let listing = try ChildProgram.run(["ldd", program])
        try #require(listing.code == 0, "\(listing.errors)")
        var paths = Set<String>()
        for line in String(decoding: listing.output, as: UTF8.self).split(separator: "\n") {
            for word in line.split(whereSeparator: \.isWhitespace) where word.hasPrefix("/") {
                paths.insert(String(word))
            }
        }
        return try paths.sorted().map { try entry($0, from: $0) }
    }

    /// Deploys a flow under its own name, its containers in the host's network.
    func deploy(_ flow: String, _ schema: ParameterSchema = ParameterSchema([]), queue: String = "default") async throws
    {
        _ = try await api.saveBlock(type: "docker-container", name: "default", values: ["network_mode": "host"])
        _ = try await api.deploy(
            DeploymentRequest(
                name: flow, flowName: flow, image: bench.image, command: ["/app/ChaosFlow", "run", flow], kind: .sdk,
                workQueue: queue, parameterSchema: schema))
    }

    /// Makes a run of a flow that was deployed.
    func run(flow: String, _ parameters: [String: JSONValue] = [:], policy: RunPolicy? = nil) async throws -> FlowRun {
        try await api.createRun(FlowRunRequest(deployment: flow, parameters: parameters, policy: policy)).run
    }

    /// Kills the container of a run's attempt, as a host would that loses power.
    func kill(_ run: FlowRun, attempt: Int = 1) async throws {
        try await bench.client.killContainer(ClaimedRun.containerName(run: run.id, attempt: attempt), signal: "SIGKILL")
    }

    /// The messages of a run's log.
    func lines(of run: FlowRun) async throws -> [String] {
        try await api.logs(of: "\(run.id)").records.map(\.message)
    }

    /// The runs with containers of their own that a run has made.
    func children(of run: FlowRun) async throws -> [FlowRun] {
        try await api.runs(FlowRunFilter(parent: "\(run.id)"))
    }
}
