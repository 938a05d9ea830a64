/// What a file's footer says, as it stands there: numbers are checked for their size only.
/// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
struct StoredFooter: Sendable {
    /// The most elements of a schema that are accepted.
    static let maximumSchemaElements = 1 << 15
    /// The most row groups of a file that are accepted.
    static let maximumRowGroups = 1 << 20

    var schema: [StoredSchemaElement] = []
    var rowCount: Int64 = 0
    var rowGroups: [StoredRowGroup] = []
    var metadata: [(name: String, value: String)] = []
    var createdBy: String?
    /// Whether the columns are encrypted under a footer in the clear.
    var isEncrypted = false

    /// Reads the struct `FileMetaData`.
    init(_ reader: inout ThriftReader) throws(ThriftReadError) {
        try reader.structure { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 2:
                try reader.list(kind) { reader, kind throws(ThriftReadError) in
                    guard schema.count < Self.maximumSchemaElements else {
                        throw .malformed(
                            at: reader.position, expected: "at most \(Self.maximumSchemaElements) schema elements",
                            got: "more")
                    }
                    schema.append(try StoredSchemaElement(&reader, kind))
                }
            case 3: rowCount = try reader.integer(kind)
            case 4:
                try reader.list(kind) { reader, kind throws(ThriftReadError) in
                    guard rowGroups.count < Self.maximumRowGroups else {
                        throw .malformed(
                            at: reader.position, expected: "at most \(Self.maximumRowGroups) row groups", got: "more")
                    }
                    rowGroups.append(try StoredRowGroup(&reader, kind))
                }
            case 5:
                try reader.list(kind) { reader, kind throws(ThriftReadError) in
                    metadata.append(try Self.pair(&reader, kind))
                }
            case 6: createdBy = try reader.string(kind)
            case 8:
                isEncrypted = true
                try reader.skip(kind)
            default: try reader.skip(kind)
            }
        }
    }

    private static func pair(
        _ reader: inout ThriftReader, _ kind: ThriftReader.Kind
    ) throws(ThriftReadError) -> (name: String, value: String) {
        var pair = (name: "", value: "")
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 1: pair.name = try reader.string(kind)
            case 2: pair.value = try reader.string(kind)
            default: try reader.skip(kind)
            }
        }
        return pair
    }
}

/// A node of the schema's tree, which a footer lists from the root down, depth first.
struct StoredSchemaElement: Sendable {
    /// How often a value may stand in a row.
    enum Repetition: Int32 {
        case required = 0
        case optional = 1
        case repeated = 2
    }

    /// Nil for a group.
    var type: Int32?
    /// Bytes of a value of a fixed length.
    var typeLength: Int32 = 0
    var repetition: Int32 = 0
    var name = ""
    /// How many nodes a group holds.
    var childCount: Int32 = 0
    /// The older annotation of the type.
    var convertedType: Int32?
    var scale: Int32 = 0
    var logicalType: StoredLogicalType?

    init(_ reader: inout ThriftReader, _ kind: ThriftReader.Kind) throws(ThriftReadError) {
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 1: type = try reader.int32(kind)
            case 2: typeLength = try reader.int32(kind)
            case 3: repetition = try reader.int32(kind)
            case 4: name = try reader.string(kind)
            case 5: childCount = try reader.int32(kind)
            case 6: convertedType = try reader.int32(kind)
            case 7: scale = try reader.int32(kind)
            case 10: logicalType = try StoredLogicalType(&reader, kind)
            default: try reader.skip(kind)
            }
        }
    }
}

/// The newer annotation of a type.
enum StoredLogicalType: Sendable, Equatable {
    enum Unit: Int, Sendable {
        case millis = 1
        case micros = 2
        case nanos = 3
    }

    case string, map, list, enumeration, date, json, bson, uuid, float16
    case decimal(scale: Int32)
    case time
    /// `isUTC`: whether the instant is meant; else the time that a clock on the wall shows.
    case timestamp(unit: Unit, isUTC: Bool)
    case integer(bits: Int8, isSigned: Bool)
    /// Always NULL.
    case null
    /// A branch of the union that is younger than this reader.
    case unknown(Int)

    init(_ reader: inout ThriftReader, _ kind: ThriftReader.Kind) throws(ThriftReadError) {
        var found = StoredLogicalType.unknown(0)
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 5: found = try Self.decimal(&reader, kind)
            case 8: found = try Self.timestamp(&reader, kind)
            case 10: found = try Self.integer(&reader, kind)
            default:
                found = Self.plain[id] ?? .unknown(id)
                try reader.skip(kind)
            }
        }
        self = found
    }

    /// The branches that carry nothing (or, of a time, nothing that matters here).
    private static let plain: [Int: StoredLogicalType] = [
        1: .string, 2: .map, 3: .list, 4: .enumeration, 6: .date, 7: .time, 11: .null, 12: .json, 13: .bson, 14: .uuid,
        15: .float16,
    ]

    private static func decimal(
        _ reader: inout ThriftReader, _ kind: ThriftReader.Kind
    ) throws(ThriftReadError) -> StoredLogicalType {
        var scale: Int32 = 0
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            if id == 1 { scale = try reader.int32(kind) } else { try reader.skip(kind) }
        }
        return .decimal(scale: scale)
    }

    private static func timestamp(
        _ reader: inout ThriftReader, _ kind: ThriftReader.Kind
    ) throws(ThriftReadError) -> StoredLogicalType {
        var isUTC = false
        var unit: Unit?
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 1: isUTC = try reader.bool(kind)
            case 2:
                try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
                    unit = Unit(rawValue: id)
                    try reader.skip(kind)
                }
            default: try reader.skip(kind)
            }
        }
        return unit.map { .timestamp(unit: $0, isUTC: isUTC) } ?? .unknown(8)
    }

    private static func integer(
        _ reader: inout ThriftReader, _ kind: ThriftReader.Kind
    ) throws(ThriftReadError) -> StoredLogicalType {
        var bits: Int8 = 0
        var isSigned = true
        try reader.structure(kind) { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 1: bits = Int8(truncatingIfNeeded: try reader.integer(kind))
            case 2: isSigned = try reader.bool(kind)
            default: try reader.skip(kind)
            }
        }
        return .integer(bits: bits, isSigned: isSigned)
    }
}
