/// Random numbers that a seed decides. SplitMix64: <https://prng.di.unimi.it/splitmix64.c>
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// A number of a range.
    mutating func int(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// True in so many of a hundred cases.
    mutating func chance(_ percent: Int) -> Bool { next() % 100 < UInt64(percent) }

    /// A time between two numbers of milliseconds.
    mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(int(range)) }

    /// One of a list; nil where that is empty.
    mutating func pick<Value>(_ values: [Value]) -> Value? {
        values.isEmpty ? nil : values[int(0...values.count - 1)]
    }
}
