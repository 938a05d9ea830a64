import Foundation
import Testing

/// The built `orch agent start --drain`, ended as a service manager ends it.
@Suite(.timeLimit(.minutes(10)))
struct DrainWatchTests {
    private static let orch = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "orch")

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: orch.path)), arguments: [SIGTERM, SIGINT])
    func agentWithoutRunsEndsAtTheFirstSignal(_ signal: Int32) async throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "orch-drain-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: home) } catch { print("\(home.path) is left behind: \(error)") }
        }
        let process = Process()
        process.executableURL = Self.orch
        process.arguments = ["agent", "start", "--drain"]
        // Neither a controller nor an engine is there; an agent waits for both.
        process.environment = [
            "ORCH_HOME": home.path, "ORCH_API_URL": "http://127.0.0.1:9", "ORCH_API_KEY": "orch_agent_x",
            "DOCKER_HOST": "unix://\(home.path)/none.sock",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        var text = ""
        var isAsked = false
        while let bytes = try output.fileHandleForReading.read(upToCount: 1), !bytes.isEmpty {
            text += String(decoding: bytes, as: UTF8.self)
            // Its signals are watched from before it runs.
            if !isAsked, text.contains("does not answer") {
                kill(process.processIdentifier, signal)
                isAsked = true
            }
        }
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 0)
        #expect(text.contains("the agent is drained"), "\(text)")
    }
}
