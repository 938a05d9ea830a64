#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a log shows of a file of rejects.
package enum RejectsExcerpt {
    /// The file's first lines, the header among them; none where there is no such file.
    package static func lines(of path: String, atMost count: Int) throws -> [String] {
        guard access(path, F_OK) == 0 else { return [] }
        return String(decoding: try ReadableFile(path).read(), as: UTF8.self)
            .split(separator: "\n", maxSplits: count).prefix(count).map(String.init)
    }
}
