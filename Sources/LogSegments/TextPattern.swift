import Glibc

/// A text that is looked for, byte by byte.
package struct TextPattern: Sendable {
    /// Its bytes.
    package let bytes: [UInt8]
    /// The place of the byte that English text has least often: it is looked for first.
    private let rarest: Int

    /// A text, which may be empty: that is everywhere.
    package init(_ text: String) {
        let bytes = Array(text.utf8)
        let common = Array(" etaoinsrhldcumfpgwybvkxjqz0123456789".utf8)
        func frequency(_ byte: UInt8) -> Int { common.firstIndex(of: byte).map { common.count - $0 } ?? 0 }
        self.bytes = bytes
        rarest = bytes.indices.min { frequency(bytes[$0]) < frequency(bytes[$1]) } ?? 0
    }

    /// Where it is first, from an offset on; nil where it is nowhere behind that.
    package func firstPlace(in haystack: UnsafeRawBufferPointer, from offset: Int) -> Int? {
        guard !bytes.isEmpty else { return offset <= haystack.count ? offset : nil }
        guard let base = haystack.baseAddress else { return nil }
        return bytes.withUnsafeBytes { needle in
            guard let pattern = needle.baseAddress else { return nil }
            var place = offset
            while place <= haystack.count - needle.count {
                let start = place + rarest
                let room = haystack.count - needle.count - place + 1
                guard let found = memchr(base + start, Int32(bytes[rarest]), room) else { return nil }
                place = UnsafeRawPointer(found) - base - rarest
                if memcmp(base + place, pattern, needle.count) == 0 { return place }
                place += 1
            }
            return nil
        }
    }
}
