import FoundationEssentials
import Glibc
import OrchModel

/// The record of a process's end, which has its place on the disk before the process is started: a disk that is full by then
/// does not keep the end from being written.
struct EndRecord {
    private static let size = 4096

    private let folder: ProcessFolder
    private let file: Int32
    private var path: String { folder.ended + ".new" }

    /// Makes the place; nil where there is none.
    init?(_ folder: ProcessFolder) {
        self.folder = folder
        file = open(folder.ended + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        guard Self.fill([], file) else {
            close(file)
            return nil
        }
    }

    /// Writes the end; false where that fails.
    func write(_ end: ProcessEnd) -> Bool {
        guard let data = try? JSONEncoder().encode(end), Self.fill(Array(data), file) else { return false }
        return rename(path, folder.ended) == 0
    }

    /// Writes the end of a process that could not be started.
    func write(refusal: String) -> Bool {
        write(ProcessEnd(at: .now(), refusal: String(refusal.prefix(Self.size / 8))))
    }

    private static func fill(_ bytes: [UInt8], _ file: Int32) -> Bool {
        let padded = bytes + Array(repeating: UInt8(ascii: " "), count: max(0, size - bytes.count))
        return pwrite(file, padded, padded.count, 0) == padded.count
    }
}
