/// Why bytes are no segment, or no report with segments.
package enum LogSegmentError: Error, Hashable, Sendable {
    /// The bytes are not what a segment's content is; `reason` says where they differ.
    case malformed(reason: String)
    /// A newer orch packed it.
    case newerVersion(Int)
    /// More than a segment may hold, in bytes.
    case tooLarge(bytes: Int, limit: Int)
    /// zstd could not pack: it had no memory.
    case notPacked(reason: String)
}

extension LogSegmentError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let reason): "expected a packed segment of a log: \(reason)"
        case .newerVersion(let version):
            "the segment of a log has version \(version), this orch knows \(LogSegmentFormat.version): update it"
        case .tooLarge(let bytes, let limit): "a segment of a log has \(bytes) bytes, more than \(limit)"
        case .notPacked(let reason): "a segment of a log could not be packed: \(reason)"
        }
    }
}
