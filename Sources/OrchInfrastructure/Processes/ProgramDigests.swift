import Crypto
import FoundationEssentials
import Glibc
import OrchModel
import Synchronization
import Threads

/// SHA-256 of programs, each computed once for as long as its file does not change.
final class ProgramDigests: Sendable {
    private struct Version: Hashable {
        var path: String
        var device: UInt64
        var number: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private let known = Mutex<[Version: String]>([:])

    /// The digest of the file at `path`, as `sha256:…`.
    func digest(of path: String) async throws(EngineFault) -> String {
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw .notFound("\(path): \(SystemFault.last)") }
        let version = Version(
            path: path, device: UInt64(facts.st_dev), number: UInt64(facts.st_ino), size: Int64(facts.st_size),
            seconds: facts.st_mtim.tv_sec, nanoseconds: facts.st_mtim.tv_nsec)
        if let known = known.withLock({ $0[version] }) { return known }
        let digest = await withTaskExecutorPreference(BlockingThreads.shared) { Self.read(path) }
        guard let digest else { throw .notFound("the program \(path) cannot be read: \(SystemFault.last)") }
        known.withLock { $0[version] = digest }
        return digest
    }

    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count > 0 else { break }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return "sha256:" + hash.finalize().hexadecimal
    }
}
