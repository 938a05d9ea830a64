import Glibc

/// A file of the kernel's, such as `/proc/self/mounts`.
///
/// Foundation takes such a file for as long as one read gives, and leaves out what is behind the first 4 KiB.
public enum KernelFile {
    /// All of its bytes; nil where it cannot be read.
    public static func bytes(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = max(0, read(file, buffer.baseAddress, buffer.count))
            }
            if part.isEmpty { return bytes }
            bytes += part
        }
    }
}
