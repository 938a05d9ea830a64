import Glibc

/// Which folders lie in memory, by what the kernel tells of this process's mounts.
enum MemoryMounts {
    /// Whether a folder is on a tmpfs; false where that cannot be told.
    ///
    /// Source: <https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html>
    static func hold(_ folder: String) -> Bool {
        var facts = stat()
        guard stat(folder, &facts) == 0, let mounts = contents(of: "/proc/self/mountinfo") else { return false }
        let device = UInt64(facts.st_dev)
        let major = (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF)
        let minor = (device & 0xFF) | (device >> 12 & ~0xFF)
        return mounts.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 1, fields.count > 2 else { return false }
            return fields[2] == "\(major):\(minor)" && fields[dash + 1] == "tmpfs"
        }
    }

    private static func contents(of path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        while let more = Descriptor.read(file, atMost: 65_536) { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }
}
