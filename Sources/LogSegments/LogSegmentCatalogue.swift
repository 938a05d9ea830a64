/// Values of a segment that many lines share, each once, in the order of their first use.
struct LogSegmentCatalogue<Value: Hashable> {
    private(set) var values: [Value] = []
    private var places: [Value: Int] = [:]

    /// The place of a value, which is added where it is new.
    mutating func place(of value: Value) -> UInt64 {
        // Most lines have what the line before has.
        if let last = values.last, last == value { return UInt64(values.count - 1) }
        if let known = places[value] { return UInt64(known) }
        places[value] = values.count
        values.append(value)
        return UInt64(values.count - 1)
    }
}
