import Foundation
import Testing

@testable import Orch

struct JournalTests {
    private let attempt = LaunchEnvironment.Attempt(flowRun: .new(), number: 3, apiKey: "key")
    private let line = Array("0123456\n".utf8)

    @Test func keepsTheLastLinesInTwoFilesThatTakeTurns() throws {
        let folder = try JournalFolder()
        var journal = try #require(folder.journal(of: attempt, limit: 30))
        for index in 0..<10 { journal.append(Array("line  \(index)\n".utf8)) }
        journal.close()
        #expect(
            folder.bytes(of: attempt).map { String(decoding: $0, as: UTF8.self) } == [
                "line  6\nline  7\nline  8\n", "line  9\n",
            ])
    }

    @Test func filesAreTheUsersAlone() throws {
        let folder = try JournalFolder()
        _ = try #require(folder.journal(of: attempt))
        for name in try folder.names {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    /// What is planted in a folder that everybody may write to.
    @Test func leavesFilesAloneThatAreThereAlready() throws {
        let folder = try JournalFolder()
        let paths = StreamJournal.paths(in: folder.path, run: attempt.flowRun, attempt: attempt.number)
        let other = folder.path + "/other"
        #expect(FileManager.default.createFile(atPath: other, contents: Data(line)))
        try FileManager.default.createSymbolicLink(atPath: paths[1], withDestinationPath: other)
        #expect(folder.journal(of: attempt) == nil)
        #expect(FileManager.default.contents(atPath: other) == Data(line))
        #expect(Set(try folder.names) == ["other", String(paths[1].split(separator: "/").last ?? "")])
    }

    @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
    func takesNoFolderInMemory() throws {
        let memory = try JournalFolder(in: "/dev/shm")
        let disk = try JournalFolder()
        let folders = ["/nowhere", memory.path, disk.path]
        #expect(Journal(folders: Array(folders.prefix(2)), run: attempt.flowRun, attempt: attempt.number) == nil)
        #expect(try memory.names.isEmpty)
        #expect(Journal(folders: folders, run: attempt.flowRun, attempt: attempt.number) != nil)
        #expect(try disk.names.count == 2)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func fullDiskEndsTheJournalAndNothingElse() throws {
        let folder = try JournalFolder()
        var journal = try #require(folder.journal(of: attempt, limit: 1 << 40))
        let full = open("/dev/full", O_WRONLY)
        // The journal's first file, the only one it writes to below its limit.
        let path = StreamJournal.paths(in: folder.path, run: attempt.flowRun, attempt: attempt.number)[0]
        let found = try openFile(named: path)
        let file = try #require(found)
        journal.append(line)
        #expect(dup2(full, file) == file)
        journal.append(line)
        journal.append(line)
        close(full)
        #expect(folder.bytes(of: attempt).first == line)
    }

    /// The descriptor of this process for an open file.
    private func openFile(named path: String) throws -> Int32? {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).first {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
        }
    }
}
