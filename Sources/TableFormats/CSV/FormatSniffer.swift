/// Recognises files that carry a .csv name and are something else.
package enum FormatSniffer {
    /// How many first bytes are enough to tell.
    package static let length = 512

    /// What the file's first bytes belong to, or nil where they may be CSV.
    package static func foreignFormat(_ start: ArraySlice<UInt8>) -> CSVError.ForeignFormat? {
        if start.starts(with: [0x1F, 0x8B]) { return .gzip }
        if start.starts(with: "PK\u{3}\u{4}".utf8) { return .zip }
        if start.starts(with: "PAR1".utf8) { return .parquet }
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return .utf16 }
        if start.starts(with: "version https://git-lfs".utf8) { return .gitLFSPointer }
        let text = start.drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        switch text.first {
        case UInt8(ascii: "<"): return markup(text)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .json
        default: break
        }
        return start.contains(0) ? .binary : nil
    }

    private static func markup(_ text: ArraySlice<UInt8>) -> CSVError.ForeignFormat {
        let lowered = String(decoding: text.prefix(length), as: UTF8.self).lowercased()
        return lowered.contains("<html") || lowered.hasPrefix("<!doctype html") ? .html : .xml
    }
}
