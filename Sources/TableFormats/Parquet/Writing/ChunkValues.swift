/// The values of a column chunk that are not NULL, close together, as pages take them.
protocol ChunkValues {
    /// A value in the order by which statistics tell the least and the greatest.
    associatedtype Bound: OrderedValue

    /// Collects the values of a column that lies in segments.
    init(segments: [Column], options: ParquetOptions)

    /// How many there are.
    var count: Int { get }
    /// How many bytes the values of a range take in the PLAIN encoding.
    func plainSize(of range: Range<Int>) -> Int
    /// What encoding `append` uses where there is no dictionary.
    var encoding: Int { get }

    /// The distinct values and where they stand, or nil where a dictionary does not pay.
    static func dictionary(of segments: [Column], count: Int, options: ParquetOptions) -> ChunkDictionary<Self>?

    /// Appends the values of a range in `encoding`.
    func append(_ range: Range<Int>, to page: inout PageBuffer)
    /// Appends all values in the PLAIN encoding, as a dictionary page has them.
    /// https://parquet.apache.org/docs/file-format/data-pages/encodings/#PLAIN
    func appendPlain(to page: inout PageBuffer)

    /// The least and greatest value of a range; nil where there is none to tell.
    func bounds(_ range: Range<Int>) -> ValueBounds<Bound>?
    /// The least and greatest of the values that are flagged.
    func bounds(where isSeen: UnsafeBufferPointer<Bool>) -> ValueBounds<Bound>?
}

extension ChunkValues {
    /// The pages that the values fall into; long texts end a page before it has all its rows.
    func pages(of layout: RowLayout, _ options: ParquetOptions) -> [RowLayout.Page] {
        layout.pages(of: options.pageRows, pageBytes: options.pageBytes) { plainSize(of: $0) }
    }
}

/// The distinct values of a column chunk, and for each value its number among them.
struct ChunkDictionary<Values: ChunkValues> {
    var entries: Values
    var indices: [UInt32]

    /// How many bits an index takes. No bits at all would do for a single value, but not every reader expects that.
    var indexWidth: Int { max(1, HybridRLEEncoder.bitWidth(maximum: entries.count - 1)) }

    /// Whether entries and indices take less than the values would without a dictionary.
    func pays(against size: Int) -> Bool {
        // The indices of a single value are one run.
        let indicesSize = entries.count == 1 ? 8 : indices.count * indexWidth / 8
        return entries.plainSize(of: 0..<entries.count) + indicesSize < size
    }

    /// The least and greatest of the values that some indices stand for.
    func bounds(_ range: Range<Int>) -> ValueBounds<Values.Bound>? {
        guard range.count < indices.count else { return entries.bounds(0..<entries.count) }
        return withUnsafeTemporaryAllocation(of: Bool.self, capacity: entries.count) { isSeen in
            isSeen.initialize(repeating: false)
            indices.withUnsafeBufferPointer { for index in $0[range] { isSeen[Int(index)] = true } }
            return entries.bounds(where: UnsafeBufferPointer(isSeen))
        }
    }
}
