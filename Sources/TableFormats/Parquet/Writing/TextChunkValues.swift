/// Texts that are not NULL, end to end.
struct TextChunkValues: ChunkValues {
    /// Distinct texts of a chunk take no more, so that readers can keep them.
    private static let dictionaryBytes = 1 << 20

    private var bytes: [UInt8] = []
    /// Text `n` is `bytes[ends[n - 1]..<ends[n]]`. Not 32 bits: several segments may hold more than one could.
    private var ends: [Int] = []

    private init() {}

    init(segments: [Column], options: ParquetOptions) {
        bytes.reserveCapacity(segments.reduce(0) { $0 + Self.texts(of: $1).bytes.count })
        ends.reserveCapacity(segments.reduce(0) { $0 + $1.count - $1.nullCount })
        for segment in segments {
            Self.forEachText(of: segment) { text in
                append(text); return true
            }
        }
    }

    var count: Int { ends.count }
    func plainSize(of range: Range<Int>) -> Int {
        range.isEmpty ? 0 : ends[range.upperBound - 1] - start(of: range.lowerBound) + 4 * range.count
    }
    var encoding: Int { ParquetFormat.Encoding.plain }

    static func dictionary(of segments: [Column], count: Int, options: ParquetOptions) -> ChunkDictionary<Self>? {
        var table = DictionaryTable(limit: min(options.dictionaryEntries, count), capacity: count)
        for segment in segments where !number(segment, &table) { return nil }
        let indices = table.takeIndices()
        guard let entries = entries(of: segments, indices) else { return nil }
        let dictionary = ChunkDictionary(entries: entries, indices: indices)
        let textBytes = segments.reduce(0) { $0 + texts(of: $1).bytes.count }
        return dictionary.pays(against: textBytes + 4 * count) ? dictionary : nil
    }

    func append(_ range: Range<Int>, to page: inout PageBuffer) {
        guard !range.isEmpty else { return }
        let start = start(of: range.lowerBound)
        let size = plainSize(of: range)
        bytes.withUnsafeBytes { bytes in
            page.append(upTo: size) { target in
                var (place, from) = (target, start)
                for index in range {
                    let length = ends[index] - from
                    place.storeBytes(of: UInt32(truncatingIfNeeded: length).littleEndian, as: UInt32.self)
                    (place + 4).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[from..<ends[index]]), length)
                    place += 4 + length
                    from = ends[index]
                }
                return size
            }
        }
    }

    func appendPlain(to page: inout PageBuffer) { append(0..<count, to: &page) }

    func bounds(_ range: Range<Int>) -> ValueBounds<UTF8Text>? {
        bounds(of: range)
    }

    func bounds(where isSeen: UnsafeBufferPointer<Bool>) -> ValueBounds<UTF8Text>? {
        bounds(of: ends.indices.lazy.filter { isSeen[$0] })
    }

    private func bounds(of positions: some Sequence<Int>) -> ValueBounds<UTF8Text>? {
        bytes.withUnsafeBufferPointer { bytes in
            var least: Range<Int>?
            var greatest: Range<Int>?
            for position in positions {
                let text = start(of: position)..<ends[position]
                if least.map({ bytes[text].lexicographicallyPrecedes(bytes[$0]) }) ?? true { least = text }
                if greatest.map({ bytes[$0].lexicographicallyPrecedes(bytes[text]) }) ?? true { greatest = text }
            }
            guard let least, let greatest else { return nil }
            return ValueBounds(
                least: UTF8Text(bytes: Array(bytes[least])), greatest: UTF8Text(bytes: Array(bytes[greatest])))
        }
    }

    private func start(of position: Int) -> Int { position == 0 ? 0 : ends[position - 1] }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
    }
}

extension TextChunkValues {
    /// Numbers the texts of a segment by their keys.
    private static func number(_ segment: Column, _ table: inout DictionaryTable) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: DictionaryTable.sliceSize) { keys in
            var count = 0
            let isWorthwhile = forEachText(of: segment) { text in
                keys[count] = TextKey.key(of: text)
                count += 1
                guard count == keys.count else { return true }
                count = 0
                return table.append(UnsafeBufferPointer(keys))
            }
            return isWorthwhile && table.append(UnsafeBufferPointer(rebasing: keys[..<count]))
        }
    }

    /// The texts that have numbers, in the order of their numbers; nil when they are too long for a dictionary, or when
    /// two different texts have one key and so one number.
    private static func entries(of segments: [Column], _ indices: [UInt32]) -> Self? {
        var entries = Self()
        var position = 0
        let isSound = segments.allSatisfy { segment in
            forEachText(of: segment) { text in
                let number = Int(indices[position])
                position += 1
                guard number < entries.count else {
                    entries.append(text)
                    return entries.bytes.count <= dictionaryBytes
                }
                return entries.equals(text, at: number)
            }
        }
        return isSound ? entries : nil
    }

    private func equals(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> Bool {
        let range = start(of: position)..<ends[position]
        guard range.count == text.count else { return false }
        return bytes.withUnsafeBufferPointer { $0[range].elementsEqual(text) }
    }

    private static func texts(of column: Column) -> TextValues {
        guard case .text(let values) = column.values else { preconditionFailure("a column of another type") }
        return values
    }

    /// Gives the texts that are not NULL to `body` as long as it answers true.
    /// - Returns: its last answer.
    @discardableResult
    private static func forEachText(of segment: Column, _ body: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
        let texts = texts(of: segment)
        return texts.bytes.withUnsafeBufferPointer { bytes in
            texts.offsets.withUnsafeBufferPointer { offsets in
                for row in 0..<segment.count where segment.nullCount == 0 || segment.validity[row] {
                    let range = Int(offsets[row])..<Int(offsets[row + 1])
                    guard body(UnsafeBufferPointer(rebasing: bytes[range])) else { return false }
                }
                return true
            }
        }
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func copyMemory(from source: UnsafeRawBufferPointer, _ count: Int) {
        if let start = source.baseAddress { copyMemory(from: start, byteCount: count) }
    }
}
