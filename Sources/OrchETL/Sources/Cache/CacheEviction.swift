#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import FoundationEssentials

/// Removes the files of a cache that were not used for longest, until the rest fits.
struct CacheEviction {
    let folder: String
    let limit: Int64

    private struct Item {
        var name: String
        var bytes: Int64
        var usedAt: timespec
    }

    /// Seconds after which a file that was being written belongs to a process that is gone.
    private static let abandonedAfter = 86_400

    /// Runs while no other process does. A reader that has a removed file open reads it to its end.
    /// - Parameter newest: the file that must stay: it was just brought.
    /// - Throws: `ETLError.file`.
    func run(sparing newest: String) throws {
        let lock = try lock()
        defer { close(lock) }
        let objects = try list("objects")
        let isObject: (Item) -> Bool = { $0.name.utf8.count == 64 }
        removeAbandoned(objects.filter { !isObject($0) }, in: "objects")
        var total: Int64 = 0
        var kept: Set<String> = []
        // The newest first; what no longer fits is older than all that stays.
        for item in objects.filter(isObject).sorted(by: { Self.isLater($0, $1, newest) }) {
            total += item.bytes
            if total > limit, item.name != newest {
                unlink("\(folder)/objects/\(item.name)")
            } else {
                kept.insert(item.name)
            }
        }
        let entries = try list("index")
        removeAbandoned(entries.filter { !$0.name.hasSuffix(".json") }, in: "index")
        for entry in entries where entry.name.hasSuffix(".json") {
            let path = "\(folder)/index/\(entry.name)"
            // One that was written since the objects were listed may speak of a newer object.
            guard let sha256 = CacheEntry(at: path)?.sha256 else { unlink(path); continue }
            if !kept.contains(sha256), access("\(folder)/objects/\(sha256)", F_OK) != 0 { unlink(path) }
        }
    }

    private static func isLater(_ left: Item, _ right: Item, _ newest: String) -> Bool {
        if left.name == newest || right.name == newest { return left.name == newest }
        return (left.usedAt.tv_sec, left.usedAt.tv_nsec) > (right.usedAt.tv_sec, right.usedAt.tv_nsec)
    }

    private func removeAbandoned(_ items: [Item], in part: String) {
        let now = time(nil)
        for item in items where now - item.usedAt.tv_sec > Self.abandonedAfter {
            unlink("\(folder)/\(part)/\(item.name)")
        }
    }

    private func lock() throws -> Int32 {
        let path = "\(folder)/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ETLError.file(path: path, operation: "create", code: errno) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let code = errno
                close(descriptor)
                throw ETLError.file(path: path, operation: "lock", code: code)
            }
        }
        return descriptor
    }

    private func list(_ part: String) throws -> [Item] {
        let path = "\(folder)/\(part)"
        guard let directory = opendir(path) else { throw ETLError.file(path: path, operation: "open", code: errno) }
        defer { closedir(directory) }
        var items: [Item] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            // One that is gone since was removed or renamed by its owner.
            guard fstatat(dirfd(directory), name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG
            else { continue }
            items.append(Item(name: name, bytes: Int64(status.st_size), usedAt: status.st_mtim))
        }
        return items
    }
}
