import Crypto
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A lake's objects as files of a folder. An object's version is the SHA-256 of its content.
struct FolderStorage: LakeStorage {
    /// How long a file that was begun has not been written to, before its writer counts as dead, in seconds.
    static let abandonedAfter = 3600

    let folder: String

    func put(
        _ path: String, as object: String, if condition: LakeCondition, type: LakeContentType
    ) async throws -> LakeReceipt {
        let destination = self.path(of: object)
        return try await BlockingWork.run { check in
            let output = try AtomicFile(destination)
            let (bytes, sha256) = try Self.read(path, check: check) { try output.write($0) }
            try Self.holding(condition, of: destination) { try output.commit() }
            try Self.removeAbandoned(of: destination)
            return LakeReceipt(bytes: bytes, version: sha256, sha256: sha256)
        }
    }

    /// A folder is as quick as the file is: it takes it once it is whole.
    func put(_ parquet: GrowingParquet, as object: String, if condition: LakeCondition) async throws -> LakeReceipt {
        _ = try await parquet.outcome()
        return try await put(parquet.path, as: object, if: condition, type: .parquet)
    }

    func get(_ object: String, to path: String) async throws -> Int64 {
        let source = self.path(of: object)
        return try await BlockingWork.run { check in
            try Self.finding(source) {
                let input = try ReadableFile(source)
                let output = try AtomicFile(path)
                var count: Int64 = 0
                while case let bytes = try input.read(), !bytes.isEmpty {
                    try check()
                    try output.write(bytes)
                    count += Int64(bytes.count)
                }
                try output.commit()
                return count
            }
        }
    }

    func load(_ object: String, upTo limit: Int) async throws -> (bytes: [UInt8], version: String)? {
        let source = self.path(of: object)
        return try await BlockingWork.run { check in
            do {
                var content: [UInt8] = []
                let (_, sha256) = try Self.finding(source) {
                    try Self.read(source, check: check) { bytes in
                        content += bytes
                        guard content.count <= limit else {
                            throw LakeStorageError.tooLarge(bytes: Int64(content.count))
                        }
                    }
                }
                return (content, sha256)
            } catch LakeStorageError.notFound {
                return nil
            }
        }
    }

    func list(prefix: String) async throws -> [LakeSink.Entry] {
        try await BlockingWork.run { check in
            // The deepest folder that holds all of them.
            let parent = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) } ?? ""
            let start = parent.isEmpty ? folder : "\(folder)/\(parent)"
            guard access(start, F_OK) == 0 else { return [] }
            var entries: [LakeSink.Entry] = []
            for name in try FileManager.default.subpathsOfDirectory(atPath: start) {
                try check()
                let object = parent.isEmpty ? name : "\(parent)/\(name)"
                guard object.hasPrefix(prefix), !Self.isUnfinished(object), let size = Self.size(path(of: object))
                else { continue }
                entries.append(.init(object: object, uri: "file://\(path(of: object))", bytes: size, version: nil))
            }
            return entries.sorted { $0.object.utf8.lexicographicallyPrecedes($1.object.utf8) }
        }
    }

    func delete(_ object: String, if condition: LakeCondition) async throws -> Bool {
        let path = self.path(of: object)
        return try await BlockingWork.run { _ in
            guard access(path, F_OK) == 0 else {
                if case .version = condition { throw LakeStorageError.changed }
                return false
            }
            return try Self.holding(condition, of: path) {
                if unlink(path) == 0 { return true }
                guard errno == ENOENT else { throw ETLError.file(path: path, operation: "remove", code: errno) }
                return false
            }
        }
    }

    private func path(of object: String) -> String { "\(folder)/\(object)" }
}

extension FolderStorage {
    /// Does `body` while a condition holds of a file, and no other writer that states one comes between.
    private static func holding<Value>(
        _ condition: LakeCondition, of path: String, _ body: () throws -> Value
    ) throws -> Value {
        guard condition != .always else { return try body() }
        return try FolderLock.holding(FileSystem.folder(of: path)) {
            let current: String?
            do {
                current = try finding(path) { try read(path, check: {}) { _ in }.sha256 }
            } catch LakeStorageError.notFound {
                current = nil
            }
            let expected: String? = if case .version(let version) = condition { version } else { nil }
            guard current == expected else { throw LakeStorageError.changed }
            return try body()
        }
    }

    /// Reads a file once: its bytes go to `body`, their number and SHA-256 to the caller.
    private static func read(
        _ path: String, check: () throws -> Void, _ body: ([UInt8]) throws -> Void
    ) throws -> (bytes: Int64, sha256: String) {
        let input = try ReadableFile(path)
        var hash = SHA256()
        var count: Int64 = 0
        while case let bytes = try input.read(), !bytes.isEmpty {
            try check()
            hash.update(data: bytes)
            try body(bytes)
            count += Int64(bytes.count)
        }
        return (count, hash.finalize().hexadecimal)
    }

    /// Tells an absent file from one that cannot be read.
    private static func finding<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch ETLError.file(path, operation: "open", code: ENOENT) {
            throw LakeStorageError.notFound
        }
    }

    /// Removes what writers of a file left behind that were killed.
    ///
    /// A writer that only paused for so long finds its file gone, and fails without harm.
    private static func removeAbandoned(of path: String) throws {
        let folder = FileSystem.folder(of: path)
        let start = "\(path.dropFirst(folder.utf8.count + 1))."
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where name.hasPrefix(start) && isUnfinished(name) {
            var status = stat()
            guard lstat("\(folder)/\(name)", &status) == 0,
                time(nil) - status.st_mtim.tv_sec > abandonedAfter
            else { continue }
            unlink("\(folder)/\(name)")
        }
    }

    /// Whether a name is that of a file that is being written, see `AtomicFile`: `x.parquet.3w5e11264sgsf.part`.
    static func isUnfinished(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).suffix(3)
        guard parts.count == 3, parts.last == "part", let mark = parts.dropFirst().first else { return false }
        return UInt64(mark, radix: 36) != nil
    }

    /// The length of a file in bytes; nil for what is no file, or is gone meanwhile.
    private static func size(_ path: String) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }
}
