/// Why bytes are not a whole, undamaged gzip file. Offsets count compressed bytes from 0.
package enum GzipError: Error, Sendable, Equatable {
    /// The first bytes are not those of gzip.
    case notGzip(firstBytes: [UInt8])
    /// The file ends in the middle of a member, after so many compressed bytes.
    case truncated(after: Int)
    /// The decompressed bytes do not have the checksum that the file states.
    case checksumMismatch(at: Int)
    /// The decompressed bytes are not as many as the file states.
    case lengthMismatch(at: Int)
    /// The compressed data makes no sense; `reason` says in what way.
    case corrupt(at: Int, reason: String)
    /// After the last member come bytes that are neither gzip nor zero padding.
    case trailingGarbage(at: Int)
    /// zlib could not get memory or was misused; `code` is zlib's.
    case zlib(code: Int32)
    /// ISA-L was misused; `code` is ISA-L's.
    case isal(code: Int32)
}

extension GzipError: CustomStringConvertible {
    /// What failed, where, and what to do.
    package var description: String {
        switch self {
        case .notGzip(let bytes):
            let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            return "Expected gzip data, which begins with 1f 8b, got \(bytes.isEmpty ? "nothing" : hex). "
                + "The address may answer with a page instead of the file."
        case .truncated(let offset):
            return "The gzip data ends too early, after \(offset) bytes. The download was cut; get the file again."
        case .checksumMismatch(let offset):
            return "The gzip checksum before byte \(offset) does not fit the data. The file is damaged; get it again."
        case .lengthMismatch(let offset):
            return "The gzip length before byte \(offset) does not fit the data. The file is damaged; get it again."
        case .corrupt(let offset, let reason):
            return "The gzip data is damaged near byte \(offset) (\(reason)). Get the file again."
        case .trailingGarbage(let offset):
            return "At byte \(offset), after the end of the gzip data, come bytes that do not belong there. "
                + "The file is damaged or two files were joined; get it again."
        case .zlib(let code):
            return "zlib failed with code \(code); is there too little memory?"
        case .isal(let code):
            return "ISA-L failed with code \(code). This is a fault of orch; report it."
        }
    }
}
