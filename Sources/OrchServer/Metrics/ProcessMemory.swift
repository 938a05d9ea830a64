import FoundationEssentials

#if canImport(Glibc)
import Glibc
#endif

/// What the system tells of this process.
enum ProcessMemory {
    /// The memory that is in RAM, in bytes; nil where the system has no `/proc`.
    ///
    /// Source: <https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html>
    static func residentBytes() -> Int? {
        guard let data = try? Data(contentsOf: URL(filePath: "/proc/self/statm")) else { return nil }
        let fields = String(decoding: data, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
