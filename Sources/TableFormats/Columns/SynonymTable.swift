/// The synonyms of a column, ready to be compared with the bytes of many texts.
struct SynonymTable: Sendable {
    private let entries: [(key: [UInt8], replacement: [UInt8])]

    /// - Parameter synonyms: as in `ColumnDefinition`: keys in lower case.
    init(_ synonyms: [String: String]) {
        entries = synonyms.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), Array($0.value.utf8)) }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// What to read in place of a text, whatever the case of its ASCII letters and the blanks around it; nil where it
    /// has no synonym.
    func replacement(for text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var (start, end) = (0, text.count)
        while start < end, text[start] <= 0x20 { start += 1 }
        while end > start, text[end - 1] <= 0x20 { end -= 1 }
        let length = end - start
        for entry in entries where entry.key.count == length {
            var index = 0
            while index < length, Self.lowercased(text[start + index]) == entry.key[index] { index += 1 }
            if index == length { return entry.replacement }
        }
        return nil
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
