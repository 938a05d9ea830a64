#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file that is read from start to end.
final class ReadableFile {
    let path: String
    private let descriptor: Int32
    /// Bytes of one read.
    private static let blockSize = 1 << 18

    /// - Throws: `ETLError.file`.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ETLError.file(path: path, operation: "open", code: errno) }
    }

    deinit { close(descriptor) }

    /// How many bytes the file has now.
    func length() throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ETLError.file(path: path, operation: "open", code: errno) }
        return Int64(status.st_size)
    }

    /// The next bytes; none at the end.
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
