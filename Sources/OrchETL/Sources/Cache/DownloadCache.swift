#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Downloaded files, kept for the next download of the same address: by the next attempt, run or process of a machine.
///
/// The folder holds `objects/SHA256`, each file once however many addresses have it, and `index/KEY.json`, which file
/// an address had when it was last asked. A file is handed out only when the source says that it is still the one, or
/// was asked less than `maximumAge` ago, and only when its bytes still have their SHA-256. Any number of tasks and
/// processes may use a folder at once.
public struct DownloadCache: Sendable, Equatable {
    /// Where the files are. It is made when it is needed, for its owner alone.
    public let folder: String
    /// The most bytes of files; beyond it, those that were not used for longest go. Defaults to 10 GiB.
    public var limit: Int64
    /// How long after the source was asked a file is handed out without asking again. Addresses with a user or a
    /// password are always asked. Defaults to zero: every download asks.
    public var maximumAge: Duration

    /// A cache in a folder of its own.
    public init(folder: String, limit: Int64 = 10 << 30, maximumAge: Duration = .zero) {
        self.folder = folder
        self.limit = limit
        self.maximumAge = maximumAge
    }

    /// The file that an address had when it was last asked; nil where it is not here any more.
    func entry(for address: SourceAddress) -> CacheEntry? {
        guard let entry = CacheEntry(at: indexPath(address.key)), entry.bytes > 0 else { return nil }
        var status = stat()
        guard stat(objectPath(entry.sha256), &status) == 0, Int64(status.st_size) == entry.bytes else { return nil }
        return entry
    }

    /// Whether an entry is young enough to be used unasked.
    func isFresh(_ entry: CacheEntry, for address: SourceAddress, now: Int64) -> Bool {
        let age = now - entry.checkedAt
        return !address.hasUser && age >= 0 && .seconds(age) < maximumAge
    }

    /// Copies a file out of the cache; what had the path before is replaced. Blocks.
    /// - Returns: false, with the path as it was, when the file is damaged or gone; then it is no longer in the cache.
    /// - Throws: `ETLError.file` for the target.
    func copyOut(_ entry: CacheEntry, to path: String, check: () throws -> Void) throws -> Bool {
        let object = objectPath(entry.sha256)
        guard let input = try? ReadableFile(object) else { return false }
        let output = try AtomicFile(path)
        guard try input.copy(to: output, check: check) == entry.sha256 else {
            unlink(object)
            return false
        }
        try output.commit()
        // The time of the last change is that of the last use.
        utimensat(AT_FDCWD, object, nil, 0)
        return true
    }

    /// Notes that the source was asked and the file is still the one. Blocks.
    /// - Throws: `ETLError.file`.
    func confirm(_ entry: CacheEntry, for address: SourceAddress, now: Int64) throws {
        var entry = entry
        entry.checkedAt = now
        try entry.write(to: indexPath(address.key))
    }

    /// Puts a downloaded file into the cache, and removes others where it is full. Blocks.
    /// - Throws: `ETLError.file`, `ETLError.unreadable` when the file has changed since.
    func store(_ path: String, _ entry: CacheEntry, for address: SourceAddress, check: () throws -> Void) throws {
        guard entry.bytes <= limit, !entry.validator.isEmpty || maximumAge > .zero else { return }
        try prepare()
        let object = objectPath(entry.sha256)
        var status = stat()
        if stat(object, &status) == 0, Int64(status.st_size) == entry.bytes {
            utimensat(AT_FDCWD, object, nil, 0)
        } else {
            let input = try ReadableFile(path)
            let output = try AtomicFile(object)
            let sha256 = try input.copy(to: output, check: check)
            guard sha256 == entry.sha256 else {
                throw ETLError.sourceIncomplete(
                    path, expected: "the file that was downloaded", got: "one that was changed since")
            }
            try output.commit()
        }
        try entry.write(to: indexPath(address.key))
        try CacheEviction(folder: folder, limit: limit).run(sparing: entry.sha256)
    }

    private func prepare() throws {
        try FileSystem.makeFolder(of: "\(folder)/objects")
        for folder in ["\(folder)/objects", "\(folder)/index"] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
            throw ETLError.file(path: folder, operation: "create", code: errno)
        }
    }

    private func objectPath(_ sha256: String) -> String { "\(folder)/objects/\(sha256)" }
    private func indexPath(_ key: String) -> String { "\(folder)/index/\(key).json" }
}
