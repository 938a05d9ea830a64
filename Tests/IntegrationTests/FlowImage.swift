import DockerEngine
import Foundation
import OrchModel
import TestSupport
import Testing

/// An image with the flow program that is built beside the tests, and the libraries that it needs.
enum FlowImage {
    /// Where the program is in it.
    static let program = "/bin/chaos-flow"

    /// Makes the image; it is removed with the bench.
    ///
    /// - Returns: its name.
    static func make(_ bench: LiveAgentBench) async throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "ChaosFlow").path
        var entries = [
            try file(program, at: String(Self.program.dropFirst())),
            TarArchive.Entry(path: "tmp", kind: .directory, mode: 0o1777),
        ]
        for library in try libraries(of: program) { entries.append(try file(library, at: String(library.dropFirst()))) }
        _ = try await bench.client.importImage(tar: try TarArchive(entries).encoded(), as: bench.flowImage)
        return bench.flowImage
    }

    private static func file(_ path: String, at target: String) throws -> TarArchive.Entry {
        TarArchive.Entry(path: target, bytes: Array(try Data(contentsOf: URL(filePath: path))), mode: 0o755)
    }

    /// What the loader would load, as `ldd` tells: `name => /path (address)`, or the loader's own path.
    private static func libraries(of program: String) throws -> [String] {
        let ending = try ChildProgram.run(["ldd", program])
        try #require(ending.code == 0, "ldd: \(ending.errors)")
        return String(decoding: ending.output, as: UTF8.self).split(separator: "\n").compactMap { line in
            line.split(separator: " ").map { $0.trimmingCharacters(in: .whitespaces) }.first { $0.hasPrefix("/") }
        }
    }
}
