#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Keeps writers of one folder apart, threads and processes alike.
///
/// The lock belongs to the opened folder and ends with that, even where its process is killed; nothing is left behind. See
/// <https://man7.org/linux/man-pages/man2/flock.2.html>
enum FolderLock {
    /// The file that is locked where folders cannot be, as on some network file systems.
    private static let substitute = "_lock"

    /// Does `body` while nobody else holds the folder's lock. Waits for it on the calling thread. The folder is made
    /// where it is missing.
    /// - Throws: `ETLError.file`; what `body` throws.
    static func holding<Value>(_ folder: String, _ body: () throws -> Value) throws -> Value {
        try FileSystem.makeFolder(of: "\(folder)/\(substitute)")
        let descriptor =
            try locked(folder, O_RDONLY | O_DIRECTORY) ?? locked("\(folder)/\(substitute)", O_RDWR | O_CREAT)
        guard let descriptor else { throw ETLError.file(path: folder, operation: "lock", code: EBADF) }
        defer { close(descriptor) }
        return try body()
    }

    /// The locked file or folder, or nil where it is of a kind that cannot be locked.
    private static func locked(_ path: String, _ flags: Int32) throws -> Int32? {
        let descriptor = open(path, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ETLError.file(path: path, operation: "open", code: errno) }
        while flock(descriptor, LOCK_EX) != 0 {
            let code = errno
            if code == EINTR { continue }
            close(descriptor)
            guard code == EBADF || code == EINVAL || code == ENOTSUP else {
                throw ETLError.file(path: path, operation: "lock", code: code)
            }
            return nil
        }
        return descriptor
    }
}
