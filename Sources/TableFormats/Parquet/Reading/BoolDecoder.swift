/// Decodes pages of truth values, one bit each.
final class BoolDecoder: PageValueDecoder {
    private enum Source {
        case none
        case plain(nextBit: Int, end: Int)
        case runs(HybridRLEDecoder)
    }

    private var source = Source.none
    private var values: [Bool] = []
    /// A bit is always one.
    let badValues: [ParquetBadValue] = []

    func readDictionary(_ bytes: UnsafeRawBufferPointer, count: Int) throws(PageDecodeError) {
        throw .unsupported("it is a BOOLEAN with a dictionary, which the format does not know")
    }

    func forgetDictionary() {
        source = .none
    }

    func begin(
        _ encoding: StoredEncoding, _ bytes: UnsafeRawBufferPointer, in range: Range<Int>
    ) throws(PageDecodeError) {
        switch encoding {
        case .plain: source = .plain(nextBit: range.lowerBound * 8, end: range.upperBound * 8)
        case .rle:
            var position = range.lowerBound
            // A page without values may be empty.
            let length = range.isEmpty ? 0 : try PageBytes.length(bytes, &position, range.upperBound)
            source = .runs(try HybridRLEDecoder(width: 1, in: position..<position + length))
        default: throw .unsupported("its pages have the encoding \(encoding), which does not fit BOOLEAN")
        }
    }

    func reserve(rows: Int) {
        values = []
        values.reserveCapacity(rows)
    }

    func append(
        rows: Int, valid: Int, validity: UnsafePointer<Bool>?, from bytes: UnsafeRawBufferPointer
    ) throws(PageDecodeError) {
        var bits = [UInt32](repeating: 0, count: valid)
        switch source {
        case .none: guard valid == 0 else { throw .tooShort }
        case .plain(let nextBit, let end):
            guard valid <= end - nextBit else { throw .tooShort }
            BitUnpacker.unpack(bytes, first: nextBit, width: 1, count: valid, into: &bits)
            source = .plain(nextBit: nextBit + valid, end: end)
        case .runs(var decoder):
            try decoder.read(bytes, count: valid, into: &bits)
            source = .runs(decoder)
        }
        guard let validity else {
            for bit in bits { values.append(bit != 0) }
            return
        }
        var next = 0
        for row in 0..<rows {
            values.append(validity[row] && bits[next] != 0)
            if validity[row] { next += 1 }
        }
    }

    func finish() -> Column.Values {
        defer { values = [] }
        return .bool(values)
    }
}
