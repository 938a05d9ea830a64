import Foundation
import Testing

@testable import DockerEngine

struct TarArchiveTests {
    private static let tool = "/usr/bin/tar"
    private static let hasTool = FileManager.default.isExecutableFile(atPath: tool)

    private static func path(of length: Int) -> String {
        // Ends in a name of 50 bytes, so that it can be split at a slash.
        let name = String(repeating: "n", count: 50)
        return length <= 51 ? String(name.prefix(length)) : String(repeating: "d", count: length - 51) + "/" + name
    }

    @Test(arguments: [0, 1, 511, 512, 513, 100_000])
    func readsWhatItWrites(size: Int) throws {
        let archive = TarArchive([
            TarArchive.Entry(path: "folder", kind: .directory, mode: 0o755),
            TarArchive.Entry(
                path: "folder/file", bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0) }, mode: 0o600, uid: 1_000,
                gid: 999, modified: 1_700_000_000),
            TarArchive.Entry(path: "folder/link", kind: .symlink("file")),
        ])
        let bytes = try archive.encoded()
        #expect(bytes.count % 512 == 0)
        var expected = archive
        expected.entries[0].path = "folder/"
        #expect(try TarArchive(decoding: bytes) == expected)
    }

    @Test(arguments: [1, 99, 100, 101, 150, 155 + 51])
    func keepsPathsOfEachLength(length: Int) throws {
        let path = Self.path(of: length)
        #expect(path.utf8.count == length)
        let bytes = try TarArchive([TarArchive.Entry(path: path, bytes: [1])]).encoded()
        #expect(try TarArchive(decoding: bytes).entries.map(\.path) == [path])
    }

    @Test(arguments: ["", String(repeating: "x", count: 101), "a\0b", path(of: 300)])
    func refusesPathsThatDoNotFit(path: String) {
        let error = #expect(throws: DockerError.self) { try TarArchive([TarArchive.Entry(path: path)]).encoded() }
        guard case .unarchivable(path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [(8 << 30) - 1, 8 << 30])
    func writesSizesBelowEightGibibytes(size: Int64) throws {
        let entry = TarArchive.Entry(path: "big")
        if size < 8 << 30 {
            let header = try TarHeader.encode(entry, size: size)
            #expect(try TarHeader.decode(header).size == size)
        } else {
            #expect(throws: DockerError.self) { try TarHeader.encode(entry, size: size) }
        }
    }

    @Test func refusesWhatIsDamaged() throws {
        let bytes = try TarArchive([TarArchive.Entry(path: "f", bytes: Array(repeating: 1, count: 600))]).encoded()
        var flipped = bytes
        flipped[3] ^= 1
        for damaged in [flipped, Array(bytes.prefix(1_000)), Array(bytes.prefix(1_536)), []] {
            let error = #expect(throws: DockerError.self) { try TarArchive(decoding: damaged) }
            guard case .malformedArchive = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test(.enabled(if: hasTool, "needs the tar command"), arguments: ["ustar", "gnu", "pax"])
    func readsWhatTarWrites(format: String) throws {
        let folder = try Folder()
        defer { folder.remove() }
        let long = String(repeating: "d", count: 90) + "/" + String(repeating: "f", count: format == "ustar" ? 90 : 200)
        try FileManager.default.createDirectory(
            atPath: folder.path("\(long.prefix(90))"), withIntermediateDirectories: true)
        let content = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try Data(content).write(to: URL(fileURLWithPath: folder.path(long)))
        try folder.run(Self.tool, ["--format=\(format)", "-cf", "a.tar", long])
        let archive = try TarArchive(decoding: Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("a.tar")))))
        #expect(archive.entries.map(\.path) == [long])
        #expect(archive.entries.first?.bytes == content)
    }

    @Test(.enabled(if: hasTool, "needs the tar command")) func isReadByTar() throws {
        let folder = try Folder()
        defer { folder.remove() }
        let path = Self.path(of: 180)
        let content = (0..<5_000).map { UInt8(truncatingIfNeeded: $0) }
        let archive = TarArchive([
            TarArchive.Entry(path: path, bytes: content, mode: 0o640, modified: 1_700_000_000),
            TarArchive.Entry(path: "link", kind: .symlink("there")),
        ])
        try Data(try archive.encoded()).write(to: URL(fileURLWithPath: folder.path("a.tar")))
        try folder.run(Self.tool, ["-xf", "a.tar"])
        #expect(Array(try Data(contentsOf: URL(fileURLWithPath: folder.path(path)))) == content)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link")) == "there")
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(path))
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect((attributes[.modificationDate] as? Date)?.timeIntervalSince1970 == 1_700_000_000)
    }
}

/// A folder of a test's own.
struct Folder {
    struct Failure: Error { let arguments: [String], status: Int32 }

    private let root = "/tmp/orch-tar-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    func run(_ tool: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: root)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(arguments: arguments, status: process.terminationStatus)
        }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: root)
    }
}
