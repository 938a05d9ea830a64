/// What the footer says of a row group, as it stands there.
struct StoredRowGroup: Sendable {
    var chunks: [StoredColumnChunk] = []
    var byteCount: Int64 = 0
    var rowCount: Int64 = 0

    init(_ reader: inout ThriftReader, _ kind: ThriftReader.Kind) throws(ThriftReadError) {
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 1:
                try reader.list(kind) { reader, kind throws(ThriftReadError) in
                    chunks.append(try StoredColumnChunk(&reader, kind))
                }
            case 2: byteCount = try reader.integer(kind)
            case 3: rowCount = try reader.integer(kind)
            default: try reader.skip(kind)
            }
        }
    }
}

/// What the footer says of one column in one row group, as it stands there.
struct StoredColumnChunk: Sendable {
    /// Whether the pages lie in another file.
    var isElsewhere = false
    /// Whether the pages are encrypted.
    var isEncrypted = false
    var type: Int32?
    var codec: Int32 = 0
    var valueCount: Int64 = 0
    var compressedSize: Int64 = 0
    var dataPageOffset: Int64?
    var dictionaryPageOffset: Int64?
    var statistics: StoredStatistics?

    init(_ reader: inout ThriftReader, _ kind: ThriftReader.Kind) throws(ThriftReadError) {
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 1:
                isElsewhere = true
                try reader.skip(kind)
            case 3: try readMetadata(&reader, kind)
            case 8, 9:
                isEncrypted = true
                try reader.skip(kind)
            default: try reader.skip(kind)
            }
        }
    }

    private mutating func readMetadata(
        _ reader: inout ThriftReader, _ kind: ThriftReader.Kind
    ) throws(ThriftReadError) {
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 1: type = try reader.int32(kind)
            case 4: codec = try reader.int32(kind)
            case 5: valueCount = try reader.integer(kind)
            case 7: compressedSize = try reader.integer(kind)
            case 9: dataPageOffset = try reader.integer(kind)
            case 11: dictionaryPageOffset = try reader.integer(kind)
            case 12: statistics = try StoredStatistics(&reader, kind)
            default: try reader.skip(kind)
            }
        }
    }
}

/// Least and greatest value in the PLAIN encoding (texts without their length), and how many NULLs there are.
struct StoredStatistics: Sendable {
    var nullCount: Int64?
    var minimum: [UInt8]?
    var maximum: [UInt8]?
    /// The older fields, which compare all values as signed numbers or bytes.
    var signedMinimum: [UInt8]?
    var signedMaximum: [UInt8]?

    init(_ reader: inout ThriftReader, _ kind: ThriftReader.Kind) throws(ThriftReadError) {
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 1: signedMaximum = try reader.binary(kind)
            case 2: signedMinimum = try reader.binary(kind)
            case 3: nullCount = try reader.integer(kind)
            case 5: maximum = try reader.binary(kind)
            case 6: minimum = try reader.binary(kind)
            default: try reader.skip(kind)
            }
        }
    }
}
