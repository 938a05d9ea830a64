import Foundation
import Glibc
import Synchronization

/// A child process whose standard output is read until a line that tells its port.
final class ServerProcess: Sendable {
    private let identifier: Int32
    private let output: FileHandle

    init(_ tool: String, _ arguments: [String], in folder: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        // `s_server` ends when its standard input does.
        process.standardInput = Pipe()
        try process.run()
        identifier = process.processIdentifier
        output = pipe.fileHandleForReading
        Self.running.withLock { $0[identifier] = process }
    }

    func line(startingWith prefix: String) -> String? {
        var text = ""
        while true {
            let more = output.availableData
            guard !more.isEmpty else { return nil }
            text += String(decoding: more, as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            guard let line = lines.first(where: { $0.hasPrefix(prefix) }) else { continue }
            // A full pipe would stop the server.
            output.readabilityHandler = { handle in
                if handle.availableData.isEmpty { handle.readabilityHandler = nil }
            }
            return String(line)
        }
    }

    func stop() {
        guard let process = Self.running.withLock({ $0.removeValue(forKey: identifier) }) else { return }
        // A child of a pool thread inherits a mask that holds SIGTERM back.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static let running = Mutex<[Int32: Process]>([:])
}
