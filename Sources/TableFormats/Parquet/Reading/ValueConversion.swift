/// Turns stored values of a fixed number of bytes, end to end, into those of a column. In place of one that `Value` cannot
/// hold comes a stand-in, which no other value becomes.
protocol ValueConversion<Value> {
    associatedtype Value: DecodedValue
    /// Bytes of a stored value.
    var size: Int { get }
    /// Whether the stored values are whole numbers of 32 or 64 bits, which may be written as differences.
    var isInteger: Bool { get }
    /// Whether there may be stand-ins.
    var hasStandIns: Bool { get }
    /// Converts `count` values. The caller has checked that their bytes are there.
    func convert(_ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Value>)
    /// What a stand-in stands for, as text; nil for any other value.
    func text(ofStandIn value: Value) -> String?
}

extension ValueConversion {
    var hasStandIns: Bool { false }

    func text(ofStandIn value: Value) -> String? { nil }

    /// Converts values one by one.
    @inline(__always)
    fileprivate func each<Stored: BitwiseCopyable>(
        _ source: UnsafeRawPointer, _ count: Int, _ out: UnsafeMutablePointer<Value>, _ value: (Stored) -> Value
    ) {
        for index in 0..<count {
            out[index] = value(source.loadUnaligned(fromByteOffset: index &* size, as: Stored.self))
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
    var hasStandIns: Bool { size == 8 }

    func convert(_ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Int64>) {
        if size == 4 {
            each(source, count, out) { (stored: UInt32) in Int64(stored) }
        } else {
            // What is too great becomes negative, as no other value does.
            each(source, count, out) { (stored: UInt64) in Int64(bitPattern: stored) }
        }
    }

    func text(ofStandIn value: Int64) -> String? {
        value < 0 ? "\(UInt64(bitPattern: value))" : nil
    }
}

/// Floating point of 16 or 32 bits.
struct ShortFloats: ValueConversion {
    /// 2 or 4.
    let size: Int
    let isInteger = false

    func convert(_ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Double>) {
        if size == 2 {
            each(source, count, out) { (stored: UInt16) in Double(Float16(bitPattern: stored)) }
        } else {
            each(source, count, out) { (stored: Float) in Double(stored) }
        }
    }
}

/// Times in milliseconds or nanoseconds since 1970.
struct CoarseOrFineTimes: ValueConversion {
    let isFine: Bool
    let size = 8
    let isInteger = true
    var hasStandIns: Bool { !isFine }

    func convert(_ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Int64>) {
        if isFine {
            // Rounded down, before 1970 too.
            each(source, count, out) { (stored: Int64) in stored / 1000 - (stored % 1000 < 0 ? 1 : 0) }
        } else {
            each(source, count, out) { (stored: Int64) in
                let (value, isTooGreat) = stored.multipliedReportingOverflow(by: 1000)
                return isTooGreat ? TimeStandIn.beyond(isBefore: stored < 0) : value
            }
        }
    }

    func text(ofStandIn value: Int64) -> String? { TimeStandIn.text(value) }
}

/// What stands for times that microseconds in 64 bits cannot tell.
private enum TimeStandIn {
    static func beyond(isBefore: Bool) -> Int64 { isBefore ? .min : .max }

    static func text(_ value: Int64) -> String? {
        switch value {
        case .min: "a time before the year -290308"
        case .max: "a time after the year 294246"
        default: nil
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
    let hasStandIns = true

    func convert(_ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Int64>) {
        each(source, count, out) { (stored: Stored) in
            let nanoseconds = Int64(bitPattern: UInt64(stored.high) << 32 | UInt64(stored.low))
            let (start, isTooGreat) = (Int64(stored.day) - Self.epoch)
                .multipliedReportingOverflow(by: CalendarDay.microsecondsPerDay)
            let ofDay = nanoseconds / 1000 - (nanoseconds % 1000 < 0 ? 1 : 0)
            let (value, isTooGreatToo) = start.addingReportingOverflow(ofDay)
            return isTooGreat || isTooGreatToo ? TimeStandIn.beyond(isBefore: stored.day < 0) : value
        }
    }

    func text(ofStandIn value: Int64) -> String? { TimeStandIn.text(value) }
}
