import Foundation
import TestSupport
import Testing

@testable import OrchETL

struct FileTests {
    private func read(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: path))) }

    @Test func writesManyBuffersAsOne() throws {
        let folder = try TemporaryFolder()
        var buffers = (0..<200).map { [UInt8](repeating: UInt8($0), count: $0 * 37 % 500) }
        buffers.append([UInt8](repeating: 7, count: 3_000_000))
        let file = try AtomicFile(folder.file("a/b/c"))
        try file.write(buffers)
        try file.write([] as [[UInt8]])
        try file.write([[]] as [[UInt8]])
        try file.write([1, 2, 3])
        #expect(try folder.names == ["a"])
        #expect(!FileManager.default.fileExists(atPath: folder.file("a/b/c")))
        try file.commit()
        #expect(try read(folder.file("a/b/c")) == Array(buffers.joined()) + [1, 2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("a/b")) == ["c"])
    }

    /// A rename as the superuser would put a file in the place of /dev/null.
    @Test func replacesNoSpecialFile() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.file("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, folder.path] {
            #expect {
                _ = try AtomicFile(path)
            } throws: { error in
                guard case ETLError.notRegular(path) = error else { return false }
                return true
            }
        }
        #expect(try folder.names == ["pipe"])
    }

    @Test func aLinkStaysAndWhatItLeadsToIsReplaced() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", as: "x")
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "x")
        let file = try AtomicFile(link)
        try file.write([1])
        try file.commit()
        #expect(try read(path) == [1])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "x")
        #expect(try folder.names == ["link", "x"])
    }

    /// /dev/stdout leads to whatever the program writes to, a regular file perhaps.
    @Test(arguments: ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/x.parquet"])
    func nothingOfTheSystemIsReplaced(path: String) throws {
        #expect {
            _ = try AtomicFile(path)
        } throws: { error in
            if case ETLError.notRegular = error { true } else { false }
        }
    }

    @Test func removesWhatAKilledWriterLeft() throws {
        let folder = try TemporaryFolder()
        let old = Date(timeIntervalSinceNow: -3600)
        for name in ["x.1ab2.part", "x.young.part", "xy.1ab2.part", "x.UP.part", "x.part"] {
            let path = try folder.write("left", as: name)
            guard name != "x.young.part" else { continue }
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
        }
        let held = try AtomicFile(folder.file("x"))
        let parts = try folder.names.filter { $0 != "x.young.part" && $0.hasPrefix("x.") }
        let own = try #require(parts.first { !["x.UP.part", "x.part"].contains($0) })
        #expect(own != "x.1ab2.part")
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: folder.file(own))
        _ = try AtomicFile(folder.file("x"))
        #expect(try Set(folder.names) == [own, "x.young.part", "xy.1ab2.part", "x.UP.part", "x.part"])
        held.abandon()
    }

    @Test func leavesNothingWithoutCommit() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", as: "x")
        do {
            let file = try AtomicFile(path)
            try file.write([1])
        }
        #expect(try folder.names == ["x"])
        #expect(try read(path) == Array("old".utf8))
    }

    @Test func readsInBlocks() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(String(repeating: "x", count: ReadableFile.blockSize + 1), as: "x")
        let file = try ReadableFile(path)
        #expect(try file.length() == Int64(ReadableFile.blockSize + 1))
        #expect(try [file.read().count, file.read().count, file.read().count] == [ReadableFile.blockSize, 1, 0])
    }

    @Test func refusesAFolder() throws {
        let folder = try TemporaryFolder()
        let file = try ReadableFile(folder.path)
        #expect { try file.length() } throws: { error in
            guard case ETLError.file(_, "read", code: EISDIR) = error else { return false }
            return true
        }
    }

    @Test func blockingWorkHearsOfCancellation() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let work = Task {
            try await BlockingWork.run { check in
                signal.yield()
                while true { try check() }
            }
        }
        for await _ in started { break }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
    }
}

/// A file system of 1 MiB in memory, which only the superuser may mount; unmounted when its test is over.
private final class SmallDisk: Sendable {
    let path: String
    let isMounted: Bool

    /// Containers may run as uid 0 without being allowed to mount.
    static let canBeMade: Bool = {
        guard getuid() == 0, let disk = try? SmallDisk() else { return false }
        return disk.isMounted
    }()

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("orch-disk-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        isMounted = mount("tmpfs", path, "tmpfs", UInt(MS_NOSUID), "size=1m") == 0
    }

    deinit {
        if isMounted { umount2(path, Int32(MNT_DETACH)) }
        rmdir(path)
    }

    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
}

@Suite(.enabled(if: SmallDisk.canBeMade, "mounting a small tmpfs needs the superuser"))
struct FullDiskTests {
    @Test func aFullDiskIsNamedAndNothingIsLeft() throws {
        let disk = try SmallDisk()
        try Data("old".utf8).write(to: URL(fileURLWithPath: "\(disk.path)/x"))
        do {
            let file = try AtomicFile("\(disk.path)/x")
            #expect { try file.write([[UInt8]](repeating: [UInt8](repeating: 1, count: 100_000), count: 20)) } throws: {
                guard case ETLError.file(_, "write", code: ENOSPC) = $0 else { return false }
                return "\($0)".contains("Free some space")
            }
        }
        #expect(try disk.names == ["x"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(disk.path)/x")) == Data("old".utf8))
    }

    @Test(arguments: [true, false])
    func aDownloadThatDoesNotFitLeavesNothing(isAnnounced: Bool) async throws {
        let disk = try SmallDisk()
        let body = [UInt8](repeating: UInt8(ascii: "1"), count: 3 << 20)
        let server = try FaultServer { _ in
            let length = isAnnounced ? "Content-Length: \(body.count)\r\n" : ""
            return [.send(Array("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nConnection: close\r\n\(length)\r\n".utf8) + body)]
        }
        defer { server.stop() }
        await #expect {
            _ = try await WebSource(url: "\(server.url)/x.csv").download(to: "\(disk.path)/x")
        } throws: {
            guard case ETLError.file(_, "write", code: ENOSPC) = $0 else { return false }
            return true
        }
        #expect(try disk.names.isEmpty)
        #expect(server.requests.count == 1)
    }
}
