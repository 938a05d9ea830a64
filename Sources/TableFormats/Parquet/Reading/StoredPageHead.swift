/// What stands before a page.
struct StoredPageHead {
    /// The kinds of pages that matter; others are passed over.
    enum Kind {
        case data
        case dictionary
        case dataV2
        case other
    }

    var kind = Kind.other
    /// Bytes of the page once unpacked, levels included.
    var unpackedSize: Int32 = 0
    /// Bytes of the page in the file, without this head.
    var packedSize: Int32 = 0
    /// CRC-32 of the page as it lies in the file.
    var checksum: Int32?
    /// Values of the page, NULLs included.
    var valueCount: Int32 = 0
    var encoding: Int32 = 0
    /// The encoding of definition levels in pages of version 1.
    var levelEncoding: Int32 = 3
    /// Bytes of levels before the values of a page of version 2.
    var definitionBytes: Int32 = 0
    var repetitionBytes: Int32 = 0
    /// Whether the values of a page of version 2 are packed.
    var isPacked = true

    init(_ reader: inout ThriftReader) throws(ThriftReadError) {
        var hasBody = false
        try reader.structure { reader, id, fieldKind throws(ThriftReadError) in
            switch id {
            case 1: kind = Self.kind(try reader.int32(fieldKind))
            case 2: unpackedSize = try reader.int32(fieldKind)
            case 3: packedSize = try reader.int32(fieldKind)
            case 4: checksum = try reader.int32(fieldKind)
            case 5 where kind == .data, 7 where kind == .dictionary:
                hasBody = true
                try readBody(&reader, fieldKind)
            case 8 where kind == .dataV2:
                hasBody = true
                try readBodyV2(&reader, fieldKind)
            default: try reader.skip(fieldKind)
            }
        }
        guard hasBody || kind == .other else {
            throw .malformed(at: reader.position, expected: "a head that says what the page holds", got: "none")
        }
    }

    private static func kind(_ number: Int32) -> Kind {
        switch number {
        case 0: .data
        case 2: .dictionary
        case 3: .dataV2
        default: .other
        }
    }

    /// `DataPageHeader` and `DictionaryPageHeader` begin alike.
    private mutating func readBody(
        _ reader: inout ThriftReader, _ fieldKind: ThriftReader.Kind
    ) throws(ThriftReadError) {
        try reader.structure(fieldKind) { reader, id, fieldKind throws(ThriftReadError) in
            switch id {
            case 1: valueCount = try reader.int32(fieldKind)
            case 2: encoding = try reader.int32(fieldKind)
            case 3 where kind == .data: levelEncoding = try reader.int32(fieldKind)
            default: try reader.skip(fieldKind)
            }
        }
    }

    private mutating func readBodyV2(
        _ reader: inout ThriftReader, _ fieldKind: ThriftReader.Kind
    ) throws(ThriftReadError) {
        try reader.structure(fieldKind) { reader, id, fieldKind throws(ThriftReadError) in
            switch id {
            case 1: valueCount = try reader.int32(fieldKind)
            case 4: encoding = try reader.int32(fieldKind)
            case 5: definitionBytes = try reader.int32(fieldKind)
            case 6: repetitionBytes = try reader.int32(fieldKind)
            case 7: isPacked = try reader.bool(fieldKind)
            default: try reader.skip(fieldKind)
            }
        }
    }
}
