import Foundation

@testable import Orch

/// A folder for journals, removed with its last user.
final class JournalFolder: Sendable {
    let path: String

    /// Where no folder in memory is: a journal takes none, and the folder of temporary files may be one.
    private static let disk: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/"
        let places = [
            FileManager.default.temporaryDirectory.path, "/var/tmp",
            URL(filePath: program).deletingLastPathComponent().path,
        ]
        return places.first { FileManager.default.isWritableFile(atPath: $0) && !MemoryMounts.hold($0) } ?? places[0]
    }()

    init(in parent: String = JournalFolder.disk) throws {
        path = parent + "/orch-journals-\(Identifier.new())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) is left behind: \(error)")
        }
    }

    func journal(of attempt: LaunchEnvironment.Attempt, limit: Int = StreamJournal.fileBytes) -> Journal? {
        Journal(folders: [path], run: attempt.flowRun, attempt: attempt.number, limit: limit)
    }

    /// What the two files of a journal hold.
    func bytes(of attempt: LaunchEnvironment.Attempt) -> [[UInt8]] {
        StreamJournal.paths(in: path, run: attempt.flowRun, attempt: attempt.number).map {
            Array(FileManager.default.contents(atPath: $0) ?? Data())
        }
    }

    /// Names of the files in the folder.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path) }
    }
}
