#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What files need around them: folders, names that outlive a crash.
enum FileSystem {
    /// Makes the folder of a path, with those above it.
    /// - Throws: `ETLError.file`.
    static func makeFolder(of path: String) throws {
        let folder = folder(of: path)
        guard folder != "/", folder != ".", access(folder, F_OK) != 0 else { return }
        try makeFolder(of: folder)
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw ETLError.file(path: folder, operation: "create", code: errno)
        }
    }

    /// Whether two paths lead to one file that is there.
    static func areSame(_ first: String, _ second: String) -> Bool {
        var (one, other) = (stat(), stat())
        guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
        return one.st_dev == other.st_dev && one.st_ino == other.st_ino
    }

    /// A path without links, dots and doubled slashes; nil where nothing is there.
    static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Gives a file another name of the same folder, in place of what had it, so that a crash of the machine does not
    /// forget it.
    /// - Throws: `ETLError.file`.
    static func rename(_ path: String, to name: String) throws {
        #if canImport(Glibc)
        let code = Glibc.rename(path, name)
        #else
        let code = Darwin.rename(path, name)
        #endif
        guard code == 0 else { throw ETLError.file(path: name, operation: "create", code: errno) }
        try synchronizeFolder(of: name)
    }

    private static func synchronizeFolder(of path: String) throws {
        let folder = folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ETLError.file(path: folder, operation: "open", code: errno) }
        defer { close(descriptor) }
        // Some file systems cannot do this for folders and say so with EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw ETLError.file(path: folder, operation: "write", code: errno)
        }
    }

    /// Such as `/a` of `/a/b`, and `.` of `b`.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
