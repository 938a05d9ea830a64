#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file that appears under its name whole, or not at all: written beside it under another name, brought to the disk,
/// then renamed. Dropped before `commit()`, it leaves nothing.
package final class AtomicFile {
    /// Where the file will be.
    package let path: String
    private let temporary: String
    private var descriptor: Int32

    /// Begins the file; folders on the way to it are made.
    /// - Throws: `ETLError.file`.
    package init(_ path: String) throws {
        self.path = path
        temporary = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
        try Self.makeFolder(of: path)
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ETLError.file(path: path, operation: "create", code: errno) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary)
    }

    /// Appends bytes.
    /// - Throws: `ETLError.file`, such as for a full disk.
    package func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                #if canImport(Glibc)
                let count = Glibc.write(descriptor, part.baseAddress, part.count)
                #else
                let count = Darwin.write(descriptor, part.baseAddress, part.count)
                #endif
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw ETLError.file(path: path, operation: "write", code: errno) }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Brings the file to the disk and gives it its name, in place of what had it.
    /// - Throws: `ETLError.file`; then nothing has changed.
    package func commit() throws {
        guard fsync(descriptor) == 0 else { throw ETLError.file(path: path, operation: "write", code: errno) }
        guard rename(temporary, path) == 0 else { throw ETLError.file(path: path, operation: "create", code: errno) }
        close(descriptor)
        descriptor = -1
        try Self.synchronizeFolder(of: path)
    }

    /// Without this a crash of the machine could forget the new name.
    private static func synchronizeFolder(of path: String) throws {
        let folder = folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ETLError.file(path: folder, operation: "open", code: errno) }
        defer { close(descriptor) }
        // Some file systems cannot do this for folders and say so with EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw ETLError.file(path: folder, operation: "write", code: errno)
        }
    }

    private static func makeFolder(of path: String) throws {
        let folder = folder(of: path)
        guard folder != "/", folder != ".", access(folder, F_OK) != 0 else { return }
        try makeFolder(of: folder)
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw ETLError.file(path: folder, operation: "create", code: errno)
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
