import Foundation
import TestSupport

/// An emulator of a cloud, as a process of one test.
struct EmulatorProcess {
    private let process = Process()

    init(_ command: [String], in folder: TemporaryFolder, environment: [String: String] = [:]) throws {
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Waits until it listens; ends it and throws ``FreePort/Taken`` where it does not.
    func untilListening(_ port: Int) async throws {
        do {
            try await FreePort.untilListening(port) { process.isRunning }
        } catch {
            stop()
            throw error
        }
    }

    func stop() {
        guard process.isRunning else { return }
        // Children of the pool's threads inherit a mask that blocks the gentler signals.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
