/// A text as a bound: ordered by its bytes, which for UTF-8 is the order of its scalars.
struct UTF8Text: OrderedValue {
    var bytes: [UInt8]

    func precedes(_ other: Self) -> Bool { bytes.lexicographicallyPrecedes(other.bytes) }

    func lowerBound(limit: Int) -> StoredBound? {
        guard bytes.count > limit else { return StoredBound(bytes: bytes, isExact: true) }
        return StoredBound(bytes: Array(prefix(limit)), isExact: false)
    }

    /// A long text's beginning, its last scalar raised by one, comes after every text that begins so.
    func upperBound(limit: Int) -> StoredBound? {
        guard bytes.count > limit else { return StoredBound(bytes: bytes, isExact: true) }
        var scalars = Array(String(decoding: prefix(limit), as: UTF8.self).unicodeScalars)
        while let last = scalars.popLast() {
            guard let next = Self.successor(of: last) else { continue }
            scalars.append(next)
            let text = scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
            return StoredBound(bytes: Array(text.utf8), isExact: false)
        }
        return nil
    }

    /// The first bytes, no more than `limit`, up to the end of a scalar.
    private func prefix(_ limit: Int) -> ArraySlice<UInt8> {
        var end = max(0, limit)
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return bytes[..<end]
    }

    private static func successor(of scalar: Unicode.Scalar) -> Unicode.Scalar? {
        // Between U+D7FF and U+E000 lie the surrogates, which are no scalars.
        Unicode.Scalar(scalar.value == 0xD7FF ? 0xE000 : scalar.value + 1)
    }
}
