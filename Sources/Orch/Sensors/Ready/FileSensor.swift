import Crypto
import Glibc

/// A file, or files, that a sensor has found.
public struct FoundFile: Codable, Hashable, Sendable {
    /// Where it is.
    public var path: String
    /// Its length, in bytes.
    public var bytes: Int64
    /// When it was changed last.
    public var modified: Timestamp
}

/// Waits for files; see ``Sensor/file(_:atLeast:stableFor:)``.
public struct FileSensor: Sensor {
    let pattern: String
    let atLeast: Int
    let stableFor: Duration

    public var waitsFor: String {
        (atLeast > 1 ? "\(atLeast) files \(pattern)" : "file \(pattern)")
            + (stableFor > .zero ? " unchanged for \(stableFor.brief)" : "")
    }

    /// What the last look saw.
    private struct Sight: Codable {
        /// A hash of names, lengths and times.
        var print: String
        /// Since when it has been so.
        var since: Timestamp
    }

    public func poke(_ look: SensorLook) async throws -> [FoundFile]? {
        let files = try FilePattern(pattern).files()
        guard files.count >= max(1, atLeast) else {
            look.memory = nil
            return nil
        }
        guard stableFor > .zero else { return files }
        let text = files.map { "\($0.path)\0\($0.bytes)\0\($0.modified)" }.joined(separator: "\0")
        let print = SHA256.hash(data: Array(text.utf8)).hexadecimal
        let before = look.memory.flatMap { try? $0.decode(Sight.self) }
        if let before, before.print == print, look.now - before.since >= stableFor { return files }
        let since = before?.print == print ? before?.since ?? look.now : look.now
        look.memory = try JSONValue(encoding: Sight(print: print, since: since))
        return nil
    }
}

extension Sensor where Self == FileSensor {
    /// Waits for a file at a path, or for files whose paths match a pattern with `*`, `?` and `[…]`.
    ///
    /// Regular files count, and links to them; folders do not. Where several match, all are found, in the order of their
    /// names.
    ///
    /// - Parameters:
    ///   - pattern: the path or the pattern.
    ///   - atLeast: how many there must be. Defaults to 1.
    ///   - stableFor: for how long names, lengths and times must not have changed from look to look: whoever writes them is done
    ///     then. Defaults to nothing.
    public static func file(_ pattern: String, atLeast: Int = 1, stableFor: Duration = .zero) -> FileSensor {
        FileSensor(pattern: pattern, atLeast: atLeast, stableFor: stableFor)
    }
}

/// A path, or a pattern of paths as a shell has it.
struct FilePattern {
    /// What could not be read.
    struct Unreadable: Error, CustomStringConvertible {
        var path: String
        var code: Int32

        var description: String { "cannot look at \(path): \(String(cString: strerror(code)))" }
    }

    let pattern: String

    init(_ pattern: String) throws {
        guard !pattern.isEmpty, !pattern.utf8.contains(0) else {
            throw SensorGivesUp("\"\(pattern)\" is no path: expected a text without NUL")
        }
        self.pattern = pattern
    }

    /// The regular files that match, in the order of their names.
    ///
    /// - Throws: ``Unreadable`` where that cannot be told.
    func files() throws -> [FoundFile] {
        guard pattern.contains(where: { "*?[\\".contains($0) }) else {
            return try Self.file(pattern).map { [$0] } ?? []
        }
        var found = glob_t()
        defer { globfree(&found) }
        // A folder that is not there yet is no error; one that may not be read is.
        let code = glob(pattern, 0, { _, code in code == ENOENT || code == ENOTDIR ? 0 : 1 }, &found)
        switch code {
        case 0: break
        case GLOB_NOMATCH: return []
        case GLOB_ABORTED: throw Unreadable(path: "a folder of \(pattern)", code: errno == 0 ? EACCES : errno)
        default: throw Unreadable(path: pattern, code: ENOMEM)
        }
        let paths = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        return try paths.compactMap(Self.file)
    }

    /// The file at a path; nil where there is none.
    private static func file(_ path: String) throws -> FoundFile? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            guard code == ENOENT || code == ENOTDIR else { throw Unreadable(path: path, code: code) }
            return nil
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        // Some file systems keep any 64 bits: what is beyond is the last instant there is.
        let modified = Timestamp(microseconds: Int64(status.st_mtim.tv_nsec) / 1000) + .seconds(status.st_mtim.tv_sec)
        return FoundFile(path: path, bytes: Int64(status.st_size), modified: modified)
    }
}
