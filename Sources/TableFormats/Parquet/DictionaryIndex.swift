/// Numbers the distinct values of a column in the order of their first appearance.
struct DictionaryIndex {
    /// For each value its number.
    private(set) var indices: [UInt32] = []
    /// The position of each distinct value's first appearance.
    private(set) var firsts: [Int] = []

    /// Answers nil when there are more distinct values than `limit`.
    /// - Parameters:
    ///   - hash: a hash of the value at a position; equal values have equal hashes.
    ///   - isEqual: whether the values at two positions are equal.
    init?(count: Int, limit: Int, hash: (Int) -> UInt64, isEqual: (Int, Int) -> Bool) {
        indices.reserveCapacity(count)
        var slots = [Int32](repeating: -1, count: 1024)
        for position in 0..<count {
            let hashed = hash(position)
            var slot = Int(truncatingIfNeeded: hashed) & (slots.count - 1)
            while slots[slot] >= 0, !isEqual(firsts[Int(slots[slot])], position) {
                slot = (slot + 1) & (slots.count - 1)
            }
            if slots[slot] < 0 {
                guard firsts.count < limit else { return nil }
                slots[slot] = Int32(firsts.count)
                indices.append(UInt32(firsts.count))
                firsts.append(position)
                if firsts.count * 2 > slots.count { slots = Self.grown(slots, firsts, hash) }
            } else {
                indices.append(UInt32(slots[slot]))
            }
        }
    }

    /// Numbers 64-bit patterns.
    init?(_ keys: UnsafeBufferPointer<UInt64>, limit: Int) {
        self.init(
            count: keys.count, limit: limit, hash: { Self.mixed(keys[$0]) }, isEqual: { keys[$0] == keys[$1] }
        )
    }

    /// Numbers byte strings.
    init?(_ texts: [Range<Int>], of bytes: UnsafeBufferPointer<UInt8>, limit: Int) {
        self.init(
            count: texts.count, limit: limit,
            hash: { position in
                // FNV-1a: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
                var hash: UInt64 = 0xCBF2_9CE4_8422_2325
                for index in texts[position] { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
                return Self.mixed(hash)
            },
            isEqual: { left, right in
                let (left, right) = (texts[left], texts[right])
                guard left.count == right.count else { return false }
                for offset in 0..<left.count
                where bytes[left.lowerBound + offset] != bytes[right.lowerBound + offset] { return false }
                return true
            }
        )
    }

    /// Spreads the bits of a key: doubles and times differ in their high bits only.
    private static func mixed(_ key: UInt64) -> UInt64 {
        let product = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product >> 29
    }

    private static func grown(_ slots: [Int32], _ firsts: [Int], _ hash: (Int) -> UInt64) -> [Int32] {
        var grown = [Int32](repeating: -1, count: slots.count * 4)
        for (number, position) in firsts.enumerated() {
            var slot = Int(truncatingIfNeeded: hash(position)) & (grown.count - 1)
            while grown[slot] >= 0 { slot = (slot + 1) & (grown.count - 1) }
            grown[slot] = Int32(number)
        }
        return grown
    }
}
