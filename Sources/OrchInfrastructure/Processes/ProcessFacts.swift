import Glibc
import OrchModel

/// What the kernel says of processes and of the host.
package enum ProcessFacts {
    /// A line of `/proc/PID/stat`, as far as it is needed.
    ///
    /// Source: <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
    struct Status: Sendable, Hashable {
        /// `R`, `S`, `T` and so on.
        var state: Character
        var session: Int32
        /// Ticks from the host's start to the process's.
        var ticks: UInt64

        /// Whether it still does anything.
        var isLive: Bool { state != "Z" && state != "X" }
        /// Whether it stands still, as SIGSTOP makes it.
        var isStopped: Bool { state == "T" }
    }

    /// A process; nil where there is none of that number.
    static func status(of process: Int32) -> Status? {
        guard let bytes = contents(of: "/proc/\(process)/stat", limit: 4096) else { return nil }
        return status(String(decoding: bytes, as: UTF8.self))
    }

    /// The user whose rights a process has; nil where there is none of that number.
    static func owner(of process: Int32) -> UInt32? {
        var facts = stat()
        return stat("/proc/\(process)", &facts) == 0 ? facts.st_uid : nil
    }

    /// Reads such a line. The name may hold anything, so that the fields are counted from its end.
    static func status(_ line: String) -> Status? {
        guard let name = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: name)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first, let session = Int32(fields[3]),
            let ticks = UInt64(fields[19])
        else { return nil }
        return Status(state: state, session: session, ticks: ticks)
    }

    /// The life of the host: another one after each start of it.
    static func boot() -> String {
        let bytes = contents(of: "/proc/sys/kernel/random/boot_id", limit: 64) ?? []
        return String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
    }

    /// How many processes of the host the kernel has killed for memory so far; nil where it does not tell.
    static func memoryKills() -> Int? {
        let bytes = contents(of: "/proc/vmstat", limit: 1 << 16) ?? []
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        return line.flatMap { Int($0.dropFirst("oom_kill ".count)) }
    }

    /// Whether a folder's disk has no room for another line.
    static func isFull(_ folder: String) -> Bool {
        var facts = statvfs()
        guard statvfs(folder, &facts) == 0 else { return false }
        return facts.f_bavail == 0 || (facts.f_files > 0 && facts.f_favail == 0)
    }

    /// The first bytes of a file of the kernel's; nil where it cannot be read. Foundation leaves out what is behind the first 4 KiB
    /// of such a file.
    package static func contents(of path: String, limit: Int) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let known = bytes.count
            let part = [UInt8](unsafeUninitializedCapacity: min(1 << 16, limit - known)) { buffer, count in
                count = max(0, Glibc.read(file, buffer.baseAddress, buffer.count))
            }
            if part.isEmpty { break }
            bytes += part
        }
        return bytes
    }
}
