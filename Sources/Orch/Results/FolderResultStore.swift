import FoundationEssentials
import Glibc

/// Results in a folder: a volume that the containers of all attempts and all agents have at the same path.
///
/// A folder of the container itself is none: it goes with the container, and a later attempt finds nothing there, so that its
/// tasks do their work again.
public struct FolderResultStore: ResultStore {
    /// The folder.
    public let path: String

    public var name: String { "folder \(path)" }

    /// A store in a folder, which is made where it is missing.
    public init(_ path: String) {
        self.path = path
    }

    /// Why a result was not kept or not read.
    struct Failure: Error, CustomStringConvertible {
        var path: String
        var action: String
        var code: Int32
        var description: String { "\(path) cannot be \(action): \(String(cString: strerror(code)))" }
    }

    public func put(_ bytes: [UInt8], as key: String) async throws {
        let url = try url(of: key)
        let folder = url.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Under a name of its own until it is whole, and on the disk: what has the result's name is the result.
        let partial = folder.appending(path: ".\(Identifier.new()).part")
        do {
            try Self.write(bytes, to: partial.path)
            guard rename(partial.path, url.path) == 0 else {
                throw Failure(path: url.path, action: "made", code: errno)
            }
        } catch {
            unlink(partial.path)
            throw error
        }
    }

    public func get(_ key: String, upTo limit: Int) async throws -> [UInt8] {
        let path = try url(of: key).path
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure(path: path, action: "opened", code: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Failure(path: path, action: "read", code: errno) }
        var bytes = [UInt8](repeating: 0, count: max(0, min(limit, Int(status.st_size))))
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress?.advanced(by: count), $0.count - count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Failure(path: path, action: "read", code: errno) }
            if got == 0 { break }
            count += got
        }
        return Array(bytes.prefix(count))
    }

    private func url(of key: String) throws -> URL {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard !key.utf8.contains(0), parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw Failure(path: path, action: "used for a key that leaves it", code: EINVAL)
        }
        return URL(filePath: path, directoryHint: .isDirectory).appending(path: key)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(path: path, action: "made", code: errno) }
        defer { close(file) }
        var count = 0
        while count < bytes.count {
            let written = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Failure(path: path, action: "written", code: errno) }
            count += written
        }
        guard fsync(file) == 0 else { throw Failure(path: path, action: "written", code: errno) }
    }
}
