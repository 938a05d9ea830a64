/// Decodes pages of values that take the same number of bytes each.
final class FixedWidthDecoder<Conversion: ValueConversion>: PageValueDecoder {
    private typealias Value = Conversion.Value

    /// Where the page's values come from.
    private enum Source {
        case none
        case plain(position: Int, end: Int)
        case dictionary(HybridRLEDecoder)
        case delta(DeltaBinaryPackedDecoder)
        /// All first bytes, then all second bytes, and so on: `stride` of each.
        case split(start: Int, stride: Int, next: Int)
        case prefixed(DeltaByteArrayDecoder)
    }

    /// Values converted at once by way of a buffer.
    private static var bufferValues: Int { 1024 }

    private let conversion: Conversion
    private var dictionary: [Conversion.Value] = []
    private var source = Source.none
    private var values: [Conversion.Value] = []
    private var count = 0
    private(set) var badValues: [ParquetBadValue] = []
    private var indices = [UInt32](repeating: 0, count: FixedWidthDecoder.bufferValues)

    init(_ conversion: Conversion) {
        self.conversion = conversion
    }

    func readDictionary(_ bytes: UnsafeRawBufferPointer, count: Int) throws(PageDecodeError) {
        guard count <= bytes.count / conversion.size else { throw .tooShort }
        var values = Value.zeros(count)
        let conversion = conversion
        values.withUnsafeMutableBufferPointer { out in
            guard let source = bytes.baseAddress, let out = out.baseAddress else { return }
            conversion.convert(source, count: count, into: out)
        }
        dictionary = values
    }

    func forgetDictionary() {
        dictionary = []
        source = .none
    }

    func begin(
        _ encoding: StoredEncoding, _ bytes: UnsafeRawBufferPointer, in range: Range<Int>
    ) throws(PageDecodeError) {
        switch encoding {
        case .plain: source = .plain(position: range.lowerBound, end: range.upperBound)
        case .plainDictionary, .rleDictionary:
            source = .dictionary(try HybridRLEDecoder(indicesIn: bytes, range))
        case .deltaBinaryPacked where conversion.isInteger:
            source = .delta(try DeltaBinaryPackedDecoder(bytes, in: range))
        case .byteStreamSplit:
            source = .split(start: range.lowerBound, stride: range.count / conversion.size, next: 0)
        case .deltaByteArray where !conversion.isInteger:
            source = .prefixed(try DeltaByteArrayDecoder(bytes, in: range))
        default: throw .unsupported("its pages have the encoding \(encoding), which does not fit its type")
        }
    }

    func reserve(rows: Int) {
        values = Value.zeros(rows)
        count = 0
        badValues = []
    }

    func append(
        rows: Int, valid: Int, validity: UnsafePointer<Bool>?, from bytes: UnsafeRawBufferPointer
    ) throws(PageDecodeError) {
        precondition(rows <= values.count - count, "room was made for fewer rows")
        let start = count
        count += rows
        // Swift forbids to read this object while its array is being written to.
        var values: [Conversion.Value] = []
        swap(&values, &self.values)
        defer { swap(&values, &self.values) }
        try values.withUnsafeMutableBufferPointer { buffer throws(PageDecodeError) in
            guard let base = buffer.baseAddress else { return }
            try decode(valid, from: bytes, into: base + start)
            if let validity { Value.spread(base + start, valid, over: rows, validity) }
            if conversion.hasStandIns { noteStandIns(base, start..<count, validity) }
        }
    }

    func finish() -> Column.Values {
        defer { values = [] }
        return Conversion.Value.columnValues(values)
    }

    private func noteStandIns(
        _ values: UnsafePointer<Conversion.Value>, _ rows: Range<Int>, _ validity: UnsafePointer<Bool>?
    ) {
        for row in rows where validity.map({ $0[row - rows.lowerBound] }) ?? true {
            guard let text = conversion.text(ofStandIn: values[row]) else { continue }
            badValues.append(ParquetBadValue(row: row, text: text))
        }
    }

    private func decode(
        _ count: Int, from bytes: UnsafeRawBufferPointer, into out: UnsafeMutablePointer<Conversion.Value>
    ) throws(PageDecodeError) {
        guard count > 0 else { return }
        switch source {
        case .none: throw .tooShort
        case .plain(let position, let end):
            guard let base = bytes.baseAddress, count <= (end - position) / conversion.size else { throw .tooShort }
            conversion.convert(base + position, count: count, into: out)
            source = .plain(position: position + count * conversion.size, end: end)
        case .dictionary(var decoder):
            try gather(&decoder, count, from: bytes, into: out)
            source = .dictionary(decoder)
        case .delta(var decoder):
            try readDifferences(&decoder, count, from: bytes, into: out)
            source = .delta(decoder)
        case .split(let start, let stride, let next):
            guard count <= stride - next else { throw .tooShort }
            join(bytes, start: start + next, stride: stride, count, into: out)
            source = .split(start: start, stride: stride, next: next + count)
        case .prefixed(var decoder):
            source = .none
            try readPrefixed(&decoder, count, from: bytes, into: out)
            source = .prefixed(decoder)
        }
    }

    /// Fetches values from the dictionary straight to where they belong.
    private func gather(
        _ decoder: inout HybridRLEDecoder, _ count: Int, from bytes: UnsafeRawBufferPointer,
        into out: UnsafeMutablePointer<Conversion.Value>
    ) throws(PageDecodeError) {
        let entries = dictionary.count
        try dictionary.withUnsafeBufferPointer { dictionary throws(PageDecodeError) in
            try indices.withUnsafeMutableBufferPointer { indices throws(PageDecodeError) in
                guard let buffer = indices.baseAddress, let values = dictionary.baseAddress else {
                    throw .noSuchEntry(0, of: entries)
                }
                var done = 0
                while done < count {
                    switch try decoder.next(bytes, atMost: count - done) {
                    case .repeated(let index, let run):
                        guard index < entries else { throw .noSuchEntry(index, of: entries) }
                        Value.fill(values + Int(index), run, into: out + done)
                        done += run
                    case .packed(let bit, let run):
                        try Self.gatherPacked(
                            bytes, bit, decoder.width, run, dictionary, buffer, into: out + done)
                        done += run
                    }
                }
            }
        }
    }

    private static func gatherPacked(
        _ bytes: UnsafeRawBufferPointer, _ first: Int, _ width: Int, _ count: Int,
        _ dictionary: UnsafeBufferPointer<Conversion.Value>, _ buffer: UnsafeMutablePointer<UInt32>,
        into out: UnsafeMutablePointer<Conversion.Value>
    ) throws(PageDecodeError) {
        guard let values = dictionary.baseAddress else { return }
        var done = 0
        while done < count {
            let some = min(bufferValues, count - done)
            BitUnpacker.unpack(bytes, first: first + done * width, width: width, count: some, into: buffer)
            let greatest = BitUnpacker.greatest(buffer, some)
            guard greatest < dictionary.count else { throw .noSuchEntry(greatest, of: dictionary.count) }
            Value.gather(values, buffer, some, into: out + done)
            done += some
        }
    }

    /// Differences add up to numbers of 64 bits, of which a type of 32 bits keeps the lower half.
    private func readDifferences(
        _ decoder: inout DeltaBinaryPackedDecoder, _ count: Int, from bytes: UnsafeRawBufferPointer,
        into out: UnsafeMutablePointer<Conversion.Value>
    ) throws(PageDecodeError) {
        var done = 0
        while done < count {
            let some = min(Self.bufferValues, count - done)
            var result = Result<Void, PageDecodeError>.success(())
            withUnsafeTemporaryAllocation(of: Int64.self, capacity: some) { buffer in
                guard let numbers = buffer.baseAddress else { return }
                do throws(PageDecodeError) {
                    try decoder.read(bytes, count: some, into: numbers)
                    if conversion.size == 4 {
                        let narrow = UnsafeMutableRawPointer(numbers)
                        for index in 0..<some {
                            let number = Int32(truncatingIfNeeded: numbers[index])
                            narrow.storeBytes(of: number, toByteOffset: index * 4, as: Int32.self)
                        }
                    }
                    conversion.convert(UnsafeRawPointer(numbers), count: some, into: out + done)
                } catch {
                    result = .failure(error)
                }
            }
            try result.get()
            done += some
        }
    }

    /// Puts the bytes of each value together.
    private func join(
        _ bytes: UnsafeRawBufferPointer, start: Int, stride: Int, _ count: Int,
        into out: UnsafeMutablePointer<Conversion.Value>
    ) {
        let size = conversion.size
        var joined = [UInt8](repeating: 0, count: size * count)
        for part in 0..<size {
            let first = start + part * stride
            for index in 0..<count { joined[index * size + part] = bytes[first + index] }
        }
        convert(joined, count, into: out)
    }

    private func readPrefixed(
        _ decoder: inout DeltaByteArrayDecoder, _ count: Int, from bytes: UnsafeRawBufferPointer,
        into out: UnsafeMutablePointer<Conversion.Value>
    ) throws(PageDecodeError) {
        var joined: [UInt8] = []
        for _ in 0..<count {
            try decoder.advance(bytes)
            guard decoder.last.count == conversion.size else {
                throw .malformed(expected: "values of \(conversion.size) bytes", got: "one of \(decoder.last.count)")
            }
            joined += decoder.last
        }
        convert(joined, count, into: out)
    }

    private func convert(
        _ joined: [UInt8], _ count: Int, into out: UnsafeMutablePointer<Conversion.Value>
    ) {
        joined.withUnsafeBufferPointer { joined in
            guard let source = joined.baseAddress else { return }
            conversion.convert(source, count: count, into: out)
        }
    }
}

extension HybridRLEDecoder {
    /// Reads indices into a dictionary: their width stands before them.
    init(indicesIn bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(PageDecodeError) {
        // A page without values may be empty.
        let width = range.isEmpty ? 0 : Int(bytes[range.lowerBound])
        try self.init(width: width, in: min(range.lowerBound + 1, range.upperBound)..<range.upperBound)
    }
}

extension PageDecodeError {
    /// An index into a dictionary points beyond its end.
    static func noSuchEntry(_ index: UInt32, of count: Int) -> PageDecodeError {
        .malformed(expected: "an index into a dictionary of \(count) values", got: "\(index)")
    }
}
