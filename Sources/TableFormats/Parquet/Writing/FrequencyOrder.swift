/// Renumbers the entries of a large dictionary so that frequent ones come first. The upper bits of most indices are
/// zero then, which packs better: 2 % of a file of taxi trips, for 2 % of the time.
enum FrequencyOrder {
    /// With as many entries all bits of an index are about equally used, whatever their order.
    private static let smallDictionary = 256

    /// Renumbers indices in place; entries of about equal frequency stay in their order.
    /// - Returns: for each new number the old one; nil when everything stays as it is.
    static func apply(to indices: inout [UInt32], entries: Int) -> [Int]? {
        guard entries > smallDictionary else { return nil }
        var counts = [UInt32](repeating: 0, count: entries)
        counts.withUnsafeMutableBufferPointer { counts in
            indices.withUnsafeBufferPointer { for index in $0 { counts[Int(index)] &+= 1 } }
        }
        // Sorted by the position of the highest bit of the count: exact order would gain next to nothing.
        let classes = counts.map(\.leadingZeroBitCount)
        var starts = [Int](repeating: 0, count: UInt32.bitWidth + 2)
        for rank in classes { starts[rank + 1] += 1 }
        for rank in 1..<starts.count { starts[rank] += starts[rank - 1] }
        var newNumbers = [UInt32](repeating: 0, count: entries)
        var oldNumbers = [Int](repeating: 0, count: entries)
        for (number, rank) in classes.enumerated() {
            newNumbers[number] = UInt32(truncatingIfNeeded: starts[rank])
            oldNumbers[starts[rank]] = number
            starts[rank] += 1
        }
        newNumbers.withUnsafeBufferPointer { newNumbers in
            indices.withUnsafeMutableBufferPointer { indices in
                for position in 0..<indices.count { indices[position] = newNumbers[Int(indices[position])] }
            }
        }
        return oldNumbers
    }
}
