import FoundationEssentials
import Glibc
import OrchModel
import Synchronization

/// When the bytes of a spool file were seen first, so that a line has the same time whenever it is read: by this agent, or by
/// the one after it.
///
/// Bytes that come shortly after others have the time of those: of an output that never rests, a time is kept each 50 ms at first,
/// and each second after two days of it. A week of it takes 12 MB.
final class SpoolClock: Sendable {
    private struct Entry {
        /// Bytes of the spool file up to there.
        var end: Int64
        var time: Timestamp
    }

    /// Bytes of an entry in the file.
    private static let size = 16

    private let entries: Mutex<[Entry]>
    private let file: Int32

    /// The clock that is kept in the file at `path`: sixteen bytes for each time.
    init(path: String) {
        let kept = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
        let known = Self.entries(Array(kept))
        entries = Mutex(known)
        file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        // What makes no sense is written over, and must not make sense then.
        if file >= 0, kept.count > known.count * Self.size { _ = ftruncate(file, known.count * Self.size) }
    }

    /// How many times are kept.
    var count: Int { entries.withLock { $0.count } }

    /// How long bytes go on having the time of the last ones, where so many times are kept.
    private static func resolution(_ count: Int) -> Duration {
        min(.seconds(1), .milliseconds(50) + .milliseconds(50) * (count / 16_384))
    }

    deinit { if file >= 0 { close(file) } }

    /// The bytes up to `end` are there.
    func note(end: Int64, at time: Timestamp) {
        entries.withLock { entries in
            guard end > entries.last?.end ?? 0 else { return }
            // Times never go back, whatever the host's clock does.
            var entry = Entry(end: end, time: max(time, entries.last?.time ?? time))
            if let last = entries.last, entry.time - last.time < Self.resolution(entries.count) {
                entry.time = last.time
                entries[entries.count - 1] = entry
            } else {
                entries.append(entry)
            }
            guard file >= 0 else { return }
            withUnsafeBytes(of: (entry.end.littleEndian, entry.time.microseconds.littleEndian)) { bytes in
                _ = pwrite(file, bytes.baseAddress, bytes.count, (entries.count - 1) * Self.size)
            }
        }
    }

    /// When the byte at `offset` was seen first; the epoch where it was not.
    func time(of offset: Int64) -> Timestamp {
        entries.withLock { entries in
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].end > offset { high = middle } else { low = middle + 1 }
            }
            return low < entries.count ? entries[low].time : Timestamp(microseconds: 0)
        }
    }

    /// Reads the kept entries, up to one that makes no sense.
    private static func entries(_ bytes: [UInt8]) -> [Entry] {
        var entries: [Entry] = []
        bytes.withUnsafeBytes { buffer in
            var place = 0
            while place + size <= buffer.count {
                let end = Int64(littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: Int64.self))
                let time = Int64(littleEndian: buffer.loadUnaligned(fromByteOffset: place + 8, as: Int64.self))
                guard end > entries.last?.end ?? 0 else { return }
                entries.append(Entry(end: end, time: Timestamp(microseconds: time)))
                place += size
            }
        }
        return entries
    }
}
