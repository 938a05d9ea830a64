/// Numbers, times and days that are not NULL.
struct FixedWidthValues<Value: FixedWidthValue>: ChunkValues {
    private let values: [Value]
    private let valueEncoding: ValueEncoding<Value>

    private init(values: [Value], encoding: ValueEncoding<Value>) {
        self.values = values
        valueEncoding = encoding
    }

    init(segments: [Column], options: ParquetOptions) {
        let values: [Value]
        if segments.count == 1, segments[0].nullCount == 0 {
            values = Value.values(of: segments[0])
        } else {
            values = Self.dense(segments, limit: .max)
        }
        self.init(values: values, encoding: Self.encoding(of: values, options))
    }

    /// How values are encoded without a dictionary, judged by the first of them.
    private static func encoding(of values: [Value], _ options: ParquetOptions) -> ValueEncoding<Value> {
        guard options.usesDeltaEncoding else { return .plain }
        return values.withUnsafeBufferPointer {
            Value.encoding(UnsafeBufferPointer(rebasing: $0.prefix(DictionaryTable.sliceSize)))
        }
    }

    /// The values that are not NULL, at least so many of them.
    private static func dense(_ segments: [Column], limit: Int) -> [Value] {
        var dense: [Value] = []
        dense.reserveCapacity(min(limit, segments.reduce(0) { $0 + $1.count - $1.nullCount }))
        for segment in segments {
            forEachSlice(of: segment) { slice in
                dense.append(contentsOf: slice)
                return dense.count < limit
            }
            guard dense.count < limit else { break }
        }
        return dense
    }

    var count: Int { values.count }
    func plainSize(of range: Range<Int>) -> Int { range.count * MemoryLayout<Value>.size }
    var encoding: Int { valueEncoding.number }

    func append(_ range: Range<Int>, to page: inout PageBuffer) {
        values.withUnsafeBufferPointer { valueEncoding.encode(UnsafeBufferPointer(rebasing: $0[range]), &page) }
    }

    func appendPlain(to page: inout PageBuffer) {
        values.withUnsafeBytes { page.append($0) }
    }

    func bounds(_ range: Range<Int>) -> ValueBounds<Value>? {
        values.withUnsafeBufferPointer { Value.bounds(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    func bounds(where isSeen: UnsafeBufferPointer<Bool>) -> ValueBounds<Value>? {
        let seen = zip(values, isSeen).filter(\.1).map(\.0)
        return seen.withUnsafeBufferPointer { Value.bounds($0) }
    }

    static func dictionary(of segments: [Column], count: Int, options: ParquetOptions) -> ChunkDictionary<Self>? {
        var table = DictionaryTable(limit: min(options.dictionaryEntries, count), capacity: count)
        for segment in segments {
            let isWorthwhile = forEachSlice(of: segment) { slice in
                withUnsafeTemporaryAllocation(of: UInt64.self, capacity: slice.count) { keys in
                    for index in 0..<slice.count { keys[index] = slice[index].key }
                    return table.append(UnsafeBufferPointer(keys))
                }
            }
            guard isWorthwhile else { return nil }
        }
        var entries = table.distinct.map { Value(key: $0) }
        var indices = table.takeIndices()
        if let order = FrequencyOrder.apply(to: &indices, entries: entries.count) {
            entries = order.map { entries[$0] }
        }
        let dictionary = ChunkDictionary(entries: Self(values: entries, encoding: .plain), indices: indices)
        let alternative = encoding(of: dense(segments, limit: DictionaryTable.sliceSize), options)
        return dictionary.pays(against: Int(Double(count) * alternative.bytesPerValue)) ? dictionary : nil
    }

    /// Gives the values that are not NULL to `body`, at most a slice of the dictionary's table at once, as long as it
    /// answers true.
    /// - Returns: its last answer.
    @discardableResult
    private static func forEachSlice(of segment: Column, _ body: (UnsafeBufferPointer<Value>) -> Bool) -> Bool {
        let size = DictionaryTable.sliceSize
        return Value.values(of: segment).withUnsafeBufferPointer { values in
            guard segment.nullCount > 0 else {
                return stride(from: 0, to: values.count, by: size).allSatisfy { start in
                    body(UnsafeBufferPointer(rebasing: values[start..<min(start + size, values.count)]))
                }
            }
            return segment.validity.withUnsafeBufferPointer { validity in
                withUnsafeTemporaryAllocation(of: Value.self, capacity: size) { dense in
                    stride(from: 0, to: values.count, by: size).allSatisfy { start in
                        var count = 0
                        for row in start..<min(start + size, values.count) {
                            // Stored in any case, and stored over after a NULL: no branch to be guessed wrong.
                            dense[count] = values[row]
                            count &+= validity[row] ? 1 : 0
                        }
                        return body(UnsafeBufferPointer(rebasing: dense[..<count]))
                    }
                }
            }
        }
    }
}
