/// Truth values that are not NULL; a bit each.
struct BoolValues: ChunkValues {
    private var values: [Bool] = []

    init(segments: [Column], options: ParquetOptions) {
        for segment in segments {
            guard case .bool(let flags) = segment.values else { preconditionFailure("a column of another type") }
            guard segment.nullCount > 0 else { values += flags; continue }
            for row in 0..<segment.count where segment.validity[row] { values.append(flags[row]) }
        }
    }

    var count: Int { values.count }
    func plainSize(of range: Range<Int>) -> Int { (range.count + 7) / 8 }
    var encoding: Int { ParquetFormat.Encoding.plain }

    /// One bit a value is as good as an index.
    static func dictionary(of segments: [Column], count: Int, options: ParquetOptions) -> ChunkDictionary<Self>? { nil }

    func append(_ range: Range<Int>, to page: inout PageBuffer) {
        page.append(upTo: (range.count + 7) / 8) { target in
            for start in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                var byte: UInt8 = 0
                for index in start..<min(start + 8, range.upperBound) where values[index] {
                    byte |= 1 << UInt8(index - start)
                }
                target.storeBytes(of: byte, toByteOffset: (start - range.lowerBound) / 8, as: UInt8.self)
            }
            return (range.count + 7) / 8
        }
    }

    func appendPlain(to page: inout PageBuffer) { append(0..<count, to: &page) }

    func bounds(_ range: Range<Int>) -> ValueBounds<Bool>? {
        range.isEmpty ? nil : ValueBounds(least: !values[range].contains(false), greatest: values[range].contains(true))
    }

    func bounds(where isSeen: UnsafeBufferPointer<Bool>) -> ValueBounds<Bool>? { nil }
}
