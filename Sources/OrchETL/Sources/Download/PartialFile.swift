#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import FoundationEssentials

/// A file that is here in part, beside where it will be, and what is needed to fetch the rest of it.
///
/// The bytes are in `PATH.part`, the rest in `PATH.part.json`. They outlive the process that was killed while it
/// wrote them. A lock on the bytes keeps two downloads to the same path apart: the second one takes a name of its own,
/// and leaves nothing under it. Not for two threads at once.
final class PartialFile {
    /// What has to be the same for the rest of the bytes to fit those that are here.
    struct Origin: Codable, Sendable, Equatable {
        /// The address without what may be secret, for whoever finds the file.
        var source: String
        /// `SourceAddress.key` of the address.
        var key: String
        /// The state of the file at the source.
        var validator: DownloadValidator
        /// Its length in bytes, where the source said.
        var length: Int64?
    }

    private enum End {
        case open
        case kept
        case committed
        case dropped
    }

    /// Where the file will be.
    let path: String
    /// How many bytes are here.
    private(set) var length: Int64 = 0
    /// What the bytes belong to; nil when they could not be added to.
    private(set) var origin: Origin?

    private let name: String
    private let descriptor: Int32
    private let isShared: Bool
    private var end = End.open

    private var sidecar: String { "\(name).json" }

    /// Opens what an earlier download to this path has left, or begins anew; folders on the way are made.
    /// - Throws: `ETLError.file`.
    init(_ path: String) throws {
        self.path = path
        try FileSystem.makeFolder(of: path)
        if let descriptor = try Self.lockShared("\(path).part") {
            (name, isShared, self.descriptor) = ("\(path).part", true, descriptor)
            try takeUp()
        } else {
            name = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
            isShared = false
            descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw ETLError.file(path: path, operation: "create", code: errno) }
        }
    }

    deinit {
        drop()
        close(descriptor)
    }

    /// Drops the bytes; those to come belong to `origin`. The order counts: bytes of one file are never on the disk
    /// beside the origin of another, whenever the process is killed.
    /// - Throws: `ETLError.file`.
    func restart(_ origin: Origin?) throws {
        if self.origin != nil { unlink(sidecar) }
        self.origin = nil
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure("write") }
        length = 0
        if let length = origin?.length { try requireRoom(for: length) }
        guard let origin, isShared, origin.validator.ifRange != nil else { return }
        let file = try AtomicFile(sidecar)
        do { try file.write(Array(JSONEncoder().encode(origin))) } catch let error as EncodingError {
            throw ETLError.unwritable(file: sidecar, cause: error)
        }
        try file.commit()
        self.origin = origin
    }

    /// Learns the length of the whole, which the first answer may not have told.
    func learn(length: Int64?) {
        if let length { origin?.length = length }
    }

    /// Appends bytes.
    /// - Throws: `ETLError.file`, such as for a full disk.
    func append(_ buffers: [[UInt8]]) throws {
        let code = GatheredWrite.append(buffers, to: descriptor)
        guard code == 0 else { throw ETLError.file(path: path, operation: "write", code: code) }
        length += buffers.reduce(0) { $0 + Int64($1.count) }
    }

    /// Reads the bytes that are here, from the first one, block by block.
    /// - Throws: `ETLError.file`, or what `body` throws.
    func readBack(_ body: ([UInt8]) throws -> Void) throws {
        let file = try ReadableFile(name)
        var count: Int64 = 0
        while case let block = try file.read(), !block.isEmpty {
            count += Int64(block.count)
            try body(block)
        }
        guard count == length else { throw ETLError.file(path: path, operation: "read", code: EIO) }
    }

    /// Brings the file to the disk and gives it its name, in place of what had it.
    /// - Throws: `ETLError.file`.
    func commit() throws {
        guard fsync(descriptor) == 0 else { throw failure("write") }
        // First, so that the next download never takes up bytes that are gone.
        unlink(sidecar)
        try FileSystem.rename(name, to: path)
        end = .committed
    }

    /// Leaves what is here for the next download to this path. Without a way to go on, it is removed all the same.
    /// - Returns: whether it was left.
    func keep() -> Bool {
        guard isShared, origin != nil, length > 0 else { return false }
        end = .kept
        return true
    }

    /// Removes what is here, unless it was committed or left for the next download.
    func drop() {
        guard end == .open else { return }
        end = .dropped
        unlink(sidecar)
        unlink(name)
    }

    /// Finds out whether what lies here can be added to.
    private func takeUp() throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("open") }
        // A sidecar that is missing or makes no sense is that of a download that cannot be taken up.
        guard
            status.st_size > 0, let text = try? Data(contentsOf: URL(filePath: sidecar)),
            let found = try? JSONDecoder().decode(Origin.self, from: text), found.validator.ifRange != nil,
            found.length.map({ $0 >= Int64(status.st_size) }) ?? true,
            lseek(descriptor, 0, SEEK_END) == status.st_size
        else {
            unlink(sidecar)
            return try restart(nil)
        }
        length = Int64(status.st_size)
        origin = found
    }

    /// Fails where the whole cannot fit on the disk, now instead of at the end.
    private func requireRoom(for length: Int64) throws {
        var disk = statvfs()
        // Where this cannot be asked, writing will tell.
        guard fstatvfs(descriptor, &disk) == 0 else { return }
        let (free, overflow) = UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize))
        guard !overflow, UInt64(clamping: length) > free else { return }
        throw ETLError.file(path: path, operation: "write", code: ENOSPC)
    }

    private func failure(_ operation: String) -> ETLError {
        ETLError.file(path: path, operation: operation, code: errno)
    }

    /// Opens and locks a file; nil when another download has it. A file that was renamed between opening and locking
    /// is somebody's finished download by now: it is let go, and the next one is opened.
    private static func lockShared(_ name: String) throws -> Int32? {
        while true {
            let descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
            guard descriptor >= 0 else { throw ETLError.file(path: name, operation: "create", code: errno) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                return nil
            }
            var (mine, named) = (stat(), stat())
            if fstat(descriptor, &mine) == 0, stat(name, &named) == 0, mine.st_ino == named.st_ino,
                mine.st_dev == named.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
    }
}
