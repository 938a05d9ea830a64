#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file that appears under its name whole, or not at all: written beside it under another name, brought to the disk,
/// then renamed. Dropped before `commit()`, it leaves nothing. What a writer that was killed left is removed by the next
/// one of the same name.
package final class AtomicFile {
    /// Where the file will be.
    package let path: String
    private let temporary: String
    private var descriptor: Int32

    /// Begins the file; folders on the way to it are made.
    /// - Throws: `ETLError.file`, `ETLError.notRegular`.
    package init(_ path: String) throws {
        try Self.checkName(path)
        let path = try Self.behindLinks(path)
        self.path = path
        temporary = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
        try FileSystem.makeFolder(of: path)
        AbandonedParts.remove(of: path)
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ETLError.file(path: path, operation: "create", code: errno) }
        // Says that somebody writes it, for as long as this process lives.
        flock(descriptor, LOCK_EX | LOCK_NB)
    }

    deinit { abandon() }

    /// Makes sure that a file may take a name over: what has it must not be a device such as /dev/null, nor lead to one as
    /// /dev/stdout does, which would be gone.
    /// - Throws: `ETLError.notRegular`.
    static func checkName(_ path: String) throws {
        // A link such as /dev/stdout may lead to a regular file, and is the system's all the same.
        let folder = FileSystem.resolved(FileSystem.folder(of: path)) ?? ""
        guard !["/dev", "/proc", "/sys"].contains(where: { folder == $0 || folder.hasPrefix($0 + "/") }) else {
            throw ETLError.notRegular(path: path)
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw ETLError.notRegular(path: path)
    }

    /// Where a name leads: a link stays, and what it leads to is replaced.
    private static func behindLinks(_ path: String) throws -> String {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return path }
        guard let target = FileSystem.resolved(path) else {
            throw ETLError.file(path: path, operation: "follow the link", code: errno)
        }
        return target
    }

    /// Gives the file up, unless it was committed: nothing is left of it.
    func abandon() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unlink(temporary)
    }

    /// Appends bytes.
    /// - Throws: `ETLError.file`, such as for a full disk.
    package func write(_ bytes: [UInt8]) throws {
        try write([bytes])
    }

    /// Appends several buffers, as if they were one, without copying them.
    /// - Throws: `ETLError.file`, such as for a full disk.
    package func write(_ buffers: [[UInt8]]) throws {
        let code = GatheredWrite.append(buffers, to: descriptor)
        guard code == 0 else { throw ETLError.file(path: path, operation: "write", code: code) }
    }

    /// Brings the file to the disk and gives it its name, in place of what had it.
    /// - Throws: `ETLError.file`; then what had the name is as it was, unless the folder itself could not be written.
    package func commit() throws {
        guard fsync(descriptor) == 0 else { throw ETLError.file(path: path, operation: "write", code: errno) }
        try FileSystem.rename(temporary, to: path)
        close(descriptor)
        descriptor = -1
    }
}
