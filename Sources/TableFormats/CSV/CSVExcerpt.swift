/// Bytes of a file as they are shown to people.
enum CSVExcerpt {
    /// The first line of some bytes as printable text, cut after `limit` bytes.
    static func text(_ bytes: some Collection<UInt8>, limit: Int = 240) -> String {
        let line = bytes.prefix(limit).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let text = String(decoding: line, as: UTF8.self).unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : Character(scalar)
        }
        return String(text) + (line.count == limit && bytes.count > limit ? "…" : "")
    }

    /// Where a carriage return stands that does not belong to a CRLF, nor to a CR CR LF.
    static func loneCarriageReturn<Bytes: RandomAccessCollection>(_ bytes: Bytes) -> Int?
    where Bytes.Element == UInt8, Bytes.Index == Int {
        bytes.indices.first { index in
            guard bytes[index] == UInt8(ascii: "\r") else { return false }
            guard index + 1 < bytes.endIndex else { return false }
            return bytes[index + 1] != UInt8(ascii: "\n") && bytes[index + 1] != UInt8(ascii: "\r")
        }
    }
}
