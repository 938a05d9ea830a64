import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A file of this machine. All calls that may block run on a thread outside the cooperative pool.
final class LocalFile: Sendable {
    /// Where the file lies.
    let path: String
    private let descriptor: Int32

    /// Bytes read at a time: they stay in the processor's cache.
    private static let blockSize = 1 << 18
    /// Bytes read before the task is asked whether it was cancelled.
    private static let turn: Int64 = 64 << 20
    private static let threads = DispatchQueue(label: "orch.google-cloud.files", attributes: .concurrent)

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Opens a regular file for reading.
    static func reading(_ path: String) async throws -> LocalFile {
        try await blocking {
            LocalFile(path: path, descriptor: try check(open(path, O_RDONLY | O_CLOEXEC), path, "open"))
        }
    }

    /// Creates a file that was not there.
    static func creating(_ path: String) async throws -> LocalFile {
        try await blocking {
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
            return LocalFile(path: path, descriptor: try check(open(path, flags, 0o666), path, "create"))
        }
    }

    /// Gives the file another name, atomically, replacing what has it; not a device such as /dev/null, though.
    static func rename(_ path: String, to destination: String) async throws {
        try await blocking {
            var status = stat()
            if lstat(destination, &status) == 0, ![S_IFREG, S_IFLNK].contains(status.st_mode & S_IFMT) {
                throw GoogleCloudError.localFile(path: destination, operation: "replace", code: EEXIST)
            }
            #if canImport(Glibc)
            let result = Glibc.rename(path, destination)
            #else
            let result = Darwin.rename(path, destination)
            #endif
            _ = try check(result, destination, "rename \(path) to")
        }
    }

    /// Removes the file if it is there.
    static func remove(_ path: String) async throws {
        try await blocking {
            guard unlink(path) != 0, errno != ENOENT else { return }
            throw GoogleCloudError.localFile(path: path, operation: "remove", code: errno)
        }
    }

    /// The number of bytes.
    func length() async throws -> Int64 {
        try await Self.blocking { [self] in
            var status = stat()
            _ = try Self.check(fstat(descriptor, &status), path, "open")
            return Int64(status.st_size)
        }
    }

    /// The checksum of the first `length` bytes; of fewer if the file has become shorter.
    func checksum(of length: Int64) async throws -> CRC32C {
        var checksum = CRC32C()
        var range: Range<Int64> = 0..<0
        while range.upperBound < length {
            try Task.checkCancellation()
            range = range.upperBound..<min(length, range.upperBound + Self.turn)
            checksum = try await Self.blocking { [self, checksum, range] in try self.checksum(checksum, range) }
        }
        return checksum
    }

    private func checksum(_ before: CRC32C, _ range: Range<Int64>) throws -> CRC32C {
        var checksum = before
        var offset = range.lowerBound
        try withUnsafeTemporaryAllocation(byteCount: Self.blockSize, alignment: 64) { block in
            while offset < range.upperBound {
                let wanted = UnsafeMutableRawBufferPointer(
                    rebasing: block[..<Int(min(Int64(block.count), range.upperBound - offset))])
                let count = try fill(wanted, at: offset)
                guard count > 0 else { return }
                checksum.update(UnsafeRawBufferPointer(rebasing: wanted[..<count]))
                offset += Int64(count)
            }
        }
        return checksum
    }

    /// The first `length` bytes; fewer if the file has become shorter.
    func bytes(_ length: Int) async throws -> [UInt8] {
        try await Self.blocking { [self] in
            try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                let target = UnsafeMutableRawBufferPointer(buffer)
                while count < length {
                    let read = try fill(UnsafeMutableRawBufferPointer(rebasing: target[count...]), at: Int64(count))
                    guard read > 0 else { return }
                    count += read
                }
            }
        }
    }

    /// Appends bytes; answers their checksum, taken up after that of what came before.
    func write(_ bytes: [UInt8], summing before: CRC32C) async throws -> CRC32C {
        try await Self.blocking { [self] in
            var checksum = before
            try bytes.withUnsafeBytes { buffer in
                checksum.update(buffer)
                try write(buffer)
            }
            return checksum
        }
    }

    /// Throws away what was written.
    func empty() async throws {
        try await Self.blocking { [self] in
            _ = try Self.check(ftruncate(descriptor, 0), path, "write")
            guard lseek(descriptor, 0, SEEK_SET) == 0 else {
                throw GoogleCloudError.localFile(path: path, operation: "write", code: errno)
            }
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = Self.repeating {
                #if canImport(Glibc)
                Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #else
                Darwin.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                #endif
            }
            guard written >= 0 else {
                throw GoogleCloudError.localFile(path: path, operation: "write", code: errno)
            }
            rest = rest.dropFirst(written)
        }
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let count = Self.repeating { pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
        guard count >= 0 else { throw GoogleCloudError.localFile(path: path, operation: "read", code: errno) }
        return count
    }

    /// Repeats a call that a signal interrupted.
    private static func repeating(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    private static func check(_ result: Int32, _ path: String, _ operation: String) throws -> Int32 {
        guard result >= 0 else { throw GoogleCloudError.localFile(path: path, operation: operation, code: errno) }
        return result
    }

    private static func blocking<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            threads.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
