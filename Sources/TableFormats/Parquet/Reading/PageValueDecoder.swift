/// Turns the values of a column's pages into those of a `Column`, some rows at a time. Its users hold the bytes of the
/// page and give the same ones to each call from `begin` until the next.
protocol PageValueDecoder: AnyObject {
    /// Takes the distinct values that indices of later pages refer to, in the PLAIN encoding.
    func readDictionary(_ bytes: UnsafeRawBufferPointer, count: Int) throws(PageDecodeError)

    /// Forgets the dictionary, at the end of a column chunk.
    func forgetDictionary()

    /// Starts with the values of a page.
    func begin(
        _ encoding: StoredEncoding, _ bytes: UnsafeRawBufferPointer, in range: Range<Int>
    ) throws(PageDecodeError)

    /// Makes room for so many rows, before the first `append`.
    func reserve(rows: Int)

    /// Takes the next rows of the page, of which `valid` have a value. `validity` tells which ones; it is nil where
    /// all have.
    func append(
        rows: Int, valid: Int, validity: UnsafePointer<Bool>?, from bytes: UnsafeRawBufferPointer
    ) throws(PageDecodeError)

    /// The values of the rows taken since `reserve`, with something of no meaning in place of each bad one.
    func finish() -> Column.Values

    /// Of the rows taken since `reserve` those whose value a column of the type cannot hold, in order.
    var badValues: [ParquetBadValue] { get }
}

extension ParquetColumn {
    /// A decoder of the column's pages; nil where there is nothing to decode.
    func makeDecoder() -> (any PageValueDecoder)? {
        switch reading {
        case .bool: BoolDecoder()
        case .text: TextDecoder()
        case .int32: FixedWidthDecoder(SameValues<Int32>())
        case .int64: FixedWidthDecoder(SameValues<Int64>())
        case .double: FixedWidthDecoder(SameValues<Double>())
        case .unsigned32: FixedWidthDecoder(UnsignedNumbers(size: 4))
        case .unsigned64: FixedWidthDecoder(UnsignedNumbers(size: 8))
        case .float: FixedWidthDecoder(ShortFloats(size: 4))
        case .float16: FixedWidthDecoder(ShortFloats(size: 2))
        case .int96: FixedWidthDecoder(JulianTimes())
        case .milliseconds: FixedWidthDecoder(CoarseOrFineTimes(isFine: false))
        case .nanoseconds: FixedWidthDecoder(CoarseOrFineTimes(isFine: true))
        case .decimal32(let scale): FixedWidthDecoder(DecimalBytes(size: 4, isBigEndian: false, scale: scale))
        case .decimal64(let scale): FixedWidthDecoder(DecimalBytes(size: 8, isBigEndian: false, scale: scale))
        case .decimalFixed(let size, let scale):
            FixedWidthDecoder(DecimalBytes(size: size, isBigEndian: true, scale: scale))
        case .decimalBytes(let scale): DecimalTextDecoder(scale: scale)
        case .null, .none: nil
        }
    }
}
