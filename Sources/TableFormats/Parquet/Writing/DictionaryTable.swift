/// Numbers the distinct values of a column in the order of their first appearance, by a hash table with open addressing
/// over 64-bit keys.
struct DictionaryTable: ~Copyable {
    /// Values that are looked up between two checks of size and benefit.
    static let sliceSize = 4096
    private static let firstSlots = 4 * sliceSize

    /// The number of every value so far.
    private(set) var indices: [UInt32] = []
    /// How many distinct values there are.
    private(set) var count = 0

    private let limit: Int
    /// For each slot the number of the value in it plus one; 0 is an empty slot.
    private var slots: UnsafeMutableBufferPointer<UInt32>
    /// For each number the key; room for a slice more than is there.
    private var keys: UnsafeMutableBufferPointer<UInt64>

    /// - Parameters:
    ///   - limit: the most distinct values there may be.
    ///   - capacity: how many values will be numbered.
    init(limit: Int, capacity: Int) {
        self.limit = limit
        slots = .allocate(capacity: Self.firstSlots)
        slots.initialize(repeating: 0)
        keys = .allocate(capacity: Self.firstSlots / 2)
        keys.initialize(repeating: 0)
        indices.reserveCapacity(capacity)
    }

    deinit {
        slots.deallocate()
        keys.deallocate()
    }

    /// The keys of the distinct values, in the order of their numbers.
    var distinct: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(rebasing: keys[..<count]) }

    /// Numbers the values of a slice, which has `sliceSize` values at most.
    /// - Returns: whether the dictionary is still worth its while, judged by all values, however they were sliced.
    mutating func append(_ slice: UnsafeBufferPointer<UInt64>) -> Bool {
        precondition(slice.count <= Self.sliceSize, "too much at once")
        let sampled = Self.sliceSize - indices.count
        guard sampled > 0, sampled <= slice.count else {
            number(slice)
            return count <= limit
        }
        number(UnsafeBufferPointer(rebasing: slice[..<sampled]))
        // Values that are mostly new at first will not repeat often enough later.
        guard count * 2 <= Self.sliceSize else { return false }
        number(UnsafeBufferPointer(rebasing: slice[sampled...]))
        return count <= limit
    }

    private mutating func number(_ slice: UnsafeBufferPointer<UInt64>) {
        reserve()
        let shift = UInt64(64 - (slots.count.trailingZeroBitCount))
        let mask = slots.count - 1
        let (slots, keys) = (slots, keys)
        var count = count
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.sliceSize) { numbers in
            for position in 0..<slice.count {
                let key = slice[position]
                var slot = Int(truncatingIfNeeded: Self.hash(key) &>> shift)
                var number = slots[slot]
                while number != 0, keys[Int(number) &- 1] != key {
                    slot = (slot &+ 1) & mask
                    number = slots[slot]
                }
                if number == 0 {
                    keys[count] = key
                    count += 1
                    number = UInt32(truncatingIfNeeded: count)
                    slots[slot] = number
                }
                numbers[position] = number &- 1
            }
            indices.append(contentsOf: numbers[..<slice.count])
        }
        self.count = count
    }

    /// The numbers of all values; the table must not be used any more.
    consuming func takeIndices() -> [UInt32] { indices }

    /// Spreads the bits of a key to the upper ones: doubles and times differ in some middle bits only.
    private static func hash(_ key: UInt64) -> UInt64 {
        (key ^ key &>> 32) &* 0x9E37_79B9_7F4A_7C15
    }

    /// Makes room for a slice of new values, so that there is none to be made while they come.
    private mutating func reserve() {
        let needed = (count + Self.sliceSize) * 2
        guard needed > slots.count else { return }
        let capacity = max(slots.count * 2, needed)
        let grownSlots = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: capacity.nextPowerOfTwo)
        grownSlots.initialize(repeating: 0)
        let grownKeys = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: grownSlots.count / 2)
        grownKeys.initialize(repeating: 0)
        let shift = UInt64(64 - (grownSlots.count.trailingZeroBitCount))
        for number in 0..<count {
            let key = keys[number]
            grownKeys[number] = key
            var slot = Int(truncatingIfNeeded: Self.hash(key) &>> shift)
            while grownSlots[slot] != 0 { slot = (slot &+ 1) & (grownSlots.count - 1) }
            grownSlots[slot] = UInt32(truncatingIfNeeded: number + 1)
        }
        slots.deallocate()
        keys.deallocate()
        (slots, keys) = (grownSlots, grownKeys)
    }
}

extension Int {
    /// The least power of two that is not below this positive number.
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
