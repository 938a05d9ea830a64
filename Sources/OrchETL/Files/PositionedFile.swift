#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file of which any part may be read, by several threads at once.
final class PositionedFile: Sendable {
    let path: String
    /// How long the file was when it was opened, in bytes.
    let length: Int64
    private let descriptor: Int32

    /// - Throws: `ETLError.file`.
    init(_ path: String) throws {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ETLError.file(path: path, operation: "open", code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            let code = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : errno
            close(descriptor)
            throw ETLError.file(path: path, operation: "read", code: code)
        }
        self.descriptor = descriptor
        length = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    /// The bytes of a range; fewer where the file ends within it.
    /// - Throws: `ETLError.file`.
    func read(_ range: Range<Int64>) throws -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            while count < range.count {
                let offset = off_t(range.lowerBound) + off_t(count)
                let result = pread(descriptor, buffer.baseAddress.map { $0 + count }, range.count - count, offset)
                if result < 0, errno == EINTR { continue }
                if result < 0 { code = errno }
                guard result > 0 else { return }
                count += result
            }
        }
        guard code == 0 else { throw ETLError.file(path: path, operation: "read", code: code) }
        return bytes
    }
}
