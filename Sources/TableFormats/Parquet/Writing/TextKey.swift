/// 64-bit keys of texts.
enum TextKey {
    /// The key of a text. Up to seven bytes it is the text itself with its length, so that no two have one; longer
    /// texts have a hash, and whoever relies on it compares the texts.
    static func key(of text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard text.count > 7 else {
            var key = UInt64(text.count) << 56
            for index in 0..<text.count { key |= UInt64(text[index]) &<< (8 &* UInt64(index)) }
            return key
        }
        let bytes = UnsafeRawBufferPointer(text)
        var hash = UInt64(text.count)
        for start in stride(from: 0, to: text.count - 7, by: 8) {
            hash = mixed(hash, bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self).littleEndian)
        }
        hash = mixed(hash, bytes.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self).littleEndian)
        return hash | 0xFF << 56
    }

    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.low ^ product.high
    }
}
