/// Numbers that look random and are the same on every machine: SplitMix64.
/// https://doi.org/10.1145/2714064.2660195
struct SampleRandom {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 to `bound` - 1.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number of the range.
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// True in so many of 10,000 cases.
    mutating func chance(_ perTenThousand: Int) -> Bool {
        below(10_000) < perTenThousand
    }

    /// One of the values, as often as its weight says.
    mutating func pick<Value>(_ weighted: [(value: Value, weight: Int)]) -> Value {
        var rest = below(weighted.reduce(0) { $0 + $1.weight })
        for entry in weighted.dropLast() {
            if rest < entry.weight { return entry.value }
            rest -= entry.weight
        }
        return weighted[weighted.count - 1].value
    }

    /// A value of a distribution that is told by some of its quantiles, in rising order from 0 to 10,000.
    mutating func draw(_ quantiles: [(at: Int, value: Int)]) -> Int {
        let at = below(10_000)
        var upper = 1
        while quantiles[upper].at <= at { upper += 1 }
        let (left, right) = (quantiles[upper - 1], quantiles[upper])
        return left.value + (right.value - left.value) * (at - left.at) / (right.at - left.at)
    }
}
