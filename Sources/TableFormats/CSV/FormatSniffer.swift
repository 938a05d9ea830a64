/// Recognises files that carry a .csv name and are something else.
package enum FormatSniffer {
    /// How many first bytes are enough to tell.
    package static let length = 512

    /// What the file's first bytes belong to, or nil where they may be CSV.
    package static func foreignFormat(_ start: ArraySlice<UInt8>) -> CSVError.ForeignFormat? {
        if let known = magicNumbers.first(where: { start.starts(with: $0.bytes) }) { return known.format }
        let text = start.drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        switch text.first {
        case UInt8(ascii: "<"): return markup(text)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .json
        default: return start.contains(0) ? withZeros(start) : nil
        }
    }

    private static let magicNumbers: [(bytes: [UInt8], format: CSVError.ForeignFormat)] = [
        ([0x1F, 0x8B], .gzip),
        (Array("PK\u{3}\u{4}".utf8), .zip),
        (Array("PAR1".utf8), .parquet),
        ([0xFF, 0xFE], .utf16),
        ([0xFE, 0xFF], .utf16),
        (Array("version https://git-lfs".utf8), .gitLFSPointer),
        // Zstandard, xz, bzip2 and old Excel.
        ([0x28, 0xB5, 0x2F, 0xFD], .binary),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], .binary),
        (Array("BZh".utf8) + [0x39, 0x31, 0x41, 0x59], .binary),
        ([0xD0, 0xCF, 0x11, 0xE0], .binary),
    ]

    private static func markup(_ text: ArraySlice<UInt8>) -> CSVError.ForeignFormat {
        let lowered = String(decoding: text.prefix(length), as: UTF8.self).lowercased()
        return lowered.contains("<html") || lowered.hasPrefix("<!doctype html") ? .html : .xml
    }

    /// UTF-16 without a mark has a zero beside each ASCII character.
    private static func withZeros(_ start: ArraySlice<UInt8>) -> CSVError.ForeignFormat {
        let zeros = start.indices.filter { start[$0] == 0 }
        let odd = zeros.count { ($0 - start.startIndex) % 2 == 1 }
        let isPaired = start.count >= 4 && zeros.count * 5 >= start.count * 2 && zeros.count <= start.count / 2
        return isPaired && (odd == 0 || odd == zeros.count) ? .utf16 : .binary
    }
}
