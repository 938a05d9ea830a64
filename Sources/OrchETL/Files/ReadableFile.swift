#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file that is read from start to end.
final class ReadableFile {
    let path: String
    private let descriptor: Int32
    /// Bytes of one read: large enough that a system call costs nothing, small enough to stay in the cache of a core.
    static let blockSize = 1 << 20

    /// - Throws: `ETLError.file`.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ETLError.file(path: path, operation: "open", code: errno) }
        #if canImport(Glibc)
        // Twice the read-ahead. It is advice: where it cannot be taken, reading works as before.
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        #endif
    }

    deinit { close(descriptor) }

    /// How many bytes the file has now.
    /// - Throws: `ETLError.file`; a folder, which can be opened but not read, fails here.
    func length() throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ETLError.file(path: path, operation: "open", code: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw ETLError.file(path: path, operation: "read", code: EISDIR)
        }
        return Int64(status.st_size)
    }

    /// The next bytes, at most 1 MiB; none at the end.
    /// - Throws: `ETLError.file`.
    func read() throws -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.blockSize) { buffer, count in
            var result: Int
            repeat {
                #if canImport(Glibc)
                result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                #else
                result = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
                #endif
            } while result < 0 && errno == EINTR
            if result < 0 { code = errno }
            count = max(result, 0)
        }
        guard code == 0 else { throw ETLError.file(path: path, operation: "read", code: code) }
        return bytes
    }
}
