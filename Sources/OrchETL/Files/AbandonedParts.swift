#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What writers of a file left that were killed: `NAME.….part` beside it, which nobody holds any more.
enum AbandonedParts {
    /// Seconds for which a new part is left alone: its writer may not have locked it yet.
    private static let youth = 60

    /// Removes those of a file. What cannot be removed stays: it is in nobody's way.
    static func remove(of path: String) {
        let folder = FileSystem.folder(of: path)
        let start = (path.split(separator: "/").last.map(String.init) ?? path) + "."
        guard let names = names(in: folder) else { return }
        for name in names where isPart(name, start) { removeUnheld("\(folder)/\(name)") }
    }

    private static func isPart(_ name: String, _ start: String) -> Bool {
        guard name.hasPrefix(start), name.hasSuffix(".part") else { return false }
        let middle = name.dropFirst(start.count).dropLast(".part".count)
        return !middle.isEmpty && middle.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
    }

    private static func names(in folder: String) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    private static func removeUnheld(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            time(nil) - status.st_mtim.tv_sec > youth, flock(descriptor, LOCK_EX | LOCK_NB) == 0
        else { return }
        unlink(path)
    }
}
