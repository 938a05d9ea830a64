/// Turns stored values of a fixed number of bytes, end to end, into those of a column.
protocol ValueConversion<Value> {
    associatedtype Value: DecodedValue
    /// Bytes of a stored value.
    var size: Int { get }
    /// Whether the stored values are whole numbers of 32 or 64 bits, which may be written as differences.
    var isInteger: Bool { get }
    /// Converts `count` values. The caller has checked that their bytes are there.
    func convert(
        _ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Value>
    ) throws(PageDecodeError)
}

extension ValueConversion {
    /// Converts values one by one; `value` answers nil for one that cannot be told.
    @inline(__always)
    fileprivate func each<Stored: BitwiseCopyable>(
        _ source: UnsafeRawPointer, _ count: Int, _ out: UnsafeMutablePointer<Value>, _ value: (Stored) -> Value?
    ) throws(PageDecodeError) {
        for index in 0..<count {
            let stored = source.loadUnaligned(fromByteOffset: index &* size, as: Stored.self)
            guard let value = value(stored) else { throw .outOfRange }
            out[index] = value
        }
    }
}

/// Values that are stored as a column holds them.
struct SameValues<Value: DecodedValue>: ValueConversion {
    let size = MemoryLayout<Value>.size
    var isInteger: Bool { Value.self != Double.self }

    func convert(_ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Value>) {
        // The format is little-endian, and so is every machine that this is built for.
        UnsafeMutableRawPointer(out).copyMemory(from: source, byteCount: count * size)
    }
}

/// Whole numbers without a sign.
struct UnsignedNumbers: ValueConversion {
    /// 4 or 8.
    let size: Int
    let isInteger = true

    func convert(
        _ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Int64>
    ) throws(PageDecodeError) {
        if size == 4 {
            try each(source, count, out) { (stored: UInt32) in Int64(stored) }
        } else {
            try each(source, count, out) { (stored: UInt64) in Int64(exactly: stored) }
        }
    }
}

/// Floating point of 16 or 32 bits.
struct ShortFloats: ValueConversion {
    /// 2 or 4.
    let size: Int
    let isInteger = false

    func convert(
        _ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Double>
    ) throws(PageDecodeError) {
        if size == 2 {
            try each(source, count, out) { (stored: UInt16) in Double(Float16(bitPattern: stored)) }
        } else {
            try each(source, count, out) { (stored: Float) in Double(stored) }
        }
    }
}

/// Times in milliseconds or nanoseconds since 1970.
struct CoarseOrFineTimes: ValueConversion {
    let isFine: Bool
    let size = 8
    let isInteger = true

    func convert(
        _ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Int64>
    ) throws(PageDecodeError) {
        if isFine {
            // Rounded down, before 1970 too.
            try each(source, count, out) { (stored: Int64) in stored / 1000 - (stored % 1000 < 0 ? 1 : 0) }
        } else {
            try each(source, count, out) { (stored: Int64) in
                let (value, isTooGreat) = stored.multipliedReportingOverflow(by: 1000)
                return isTooGreat ? nil : value
            }
        }
    }
}

/// Times as older writers store them: nanoseconds of a day, and the day's Julian number.
/// https://github.com/apache/parquet-format/pull/49
struct JulianTimes: ValueConversion {
    private struct Stored: BitwiseCopyable {
        let low: UInt32
        let high: UInt32
        let day: Int32
    }

    /// The Julian number of 1970-01-01.
    private static let epoch: Int64 = 2_440_588

    let size = 12
    let isInteger = false

    func convert(
        _ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Int64>
    ) throws(PageDecodeError) {
        try each(source, count, out) { (stored: Stored) in
            let nanoseconds = Int64(bitPattern: UInt64(stored.high) << 32 | UInt64(stored.low))
            let (start, isTooGreat) = (Int64(stored.day) - Self.epoch)
                .multipliedReportingOverflow(by: CalendarDay.microsecondsPerDay)
            let ofDay = nanoseconds / 1000 - (nanoseconds % 1000 < 0 ? 1 : 0)
            let (value, isTooGreatToo) = start.addingReportingOverflow(ofDay)
            return isTooGreat || isTooGreatToo ? nil : value
        }
    }
}
