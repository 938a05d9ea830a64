import FoundationEssentials
import Glibc
import OrchModel
import Synchronization

/// When the bytes of a spool file were seen first, so that a line has the same time whenever it is read: by this agent, or by
/// the one after it.
final class SpoolClock: Sendable {
    private struct Entry {
        /// Bytes of the spool file up to there.
        var end: Int64
        var time: Timestamp
    }

    private let entries: Mutex<[Entry]>
    private let file: Int32

    /// The clock that is kept in the file at `path`: sixteen bytes for each time that something new was seen.
    init(path: String) {
        let kept = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
        entries = Mutex(Self.entries(Array(kept)))
        file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    }

    deinit { if file >= 0 { close(file) } }

    /// The bytes up to `end` are there.
    func note(end: Int64, at time: Timestamp) {
        entries.withLock { entries in
            guard end > entries.last?.end ?? 0 else { return }
            // Times never go back, whatever the host's clock does.
            let time = max(time, entries.last?.time ?? time)
            entries.append(Entry(end: end, time: time))
            guard file >= 0 else { return }
            withUnsafeBytes(of: (end.littleEndian, time.microseconds.littleEndian)) { bytes in
                _ = write(file, bytes.baseAddress, bytes.count)
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
            while place + 16 <= buffer.count {
                let end = Int64(littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: Int64.self))
                let time = Int64(littleEndian: buffer.loadUnaligned(fromByteOffset: place + 8, as: Int64.self))
                guard end > entries.last?.end ?? 0 else { return }
                entries.append(Entry(end: end, time: Timestamp(microseconds: time)))
                place += 16
            }
        }
        return entries
    }
}
