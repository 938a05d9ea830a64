/// What a stored type, with its annotations, is read as.
/// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
struct ParquetTypeMapping {
    /// What the values are read as.
    private(set) var type = ColumnType.text
    private(set) var reading = ParquetValueReading.none
    /// The type in the format's own words.
    private(set) var name: String
    /// Why the type cannot be read.
    private(set) var problem: String?

    /// The most digits after the point of a decimal number: those that the greatest powers of ten in a double allow
    /// for, and more than writers offer.
    private static let maximumScale = 76

    init(_ element: StoredSchemaElement) {
        let logical = element.logicalType ?? Self.logical(converted: element.convertedType, scale: element.scale)
        guard let number = element.type, let stored = StoredType(rawValue: number) else {
            name = "type \(element.type ?? -1)"
            problem = "its type has the unknown number \(element.type ?? -1)"
            return
        }
        name = Self.name(stored, element.typeLength)
        if let logical { name += " \(logical.name)" }
        guard let (type, reading) = Self.mapping(stored, logical, length: Int(element.typeLength)) else {
            problem = "its type \(name) is not supported"
            return
        }
        (self.type, self.reading) = (type, reading)
    }

    private static func mapping(
        _ stored: StoredType, _ logical: StoredLogicalType?, length: Int
    ) -> (ColumnType, ParquetValueReading)? {
        if logical == .null { return (plain(stored)?.0 ?? .text, .null) }
        switch (stored, logical) {
        case (_, .decimal(let scale)): return decimal(stored, scale: Int(scale), length: length)
        case (.int32, .date): return (.date, .int32)
        case (.int32, .integer(32, false)): return (.int64, .unsigned32)
        case (.int32, .integer): return (.int32, .int32)
        case (.int64, .integer(_, false)): return (.int64, .unsigned64)
        case (.int64, .integer): return (.int64, .int64)
        case (.int64, .timestamp(.millis, _)): return (.timestamp, .milliseconds)
        case (.int64, .timestamp(.micros, _)): return (.timestamp, .int64)
        case (.int64, .timestamp(.nanos, _)): return (.timestamp, .nanoseconds)
        case (.fixedLengthByteArray, .float16) where length == 2: return (.double, .float16)
        case (.byteArray, .string), (.byteArray, .enumeration), (.byteArray, .json): return (.text, .text)
        case (_, nil): return plain(stored)
        // An annotation that is younger than this reader does not change what is stored.
        case (_, .unknown): return plain(stored)
        default: return nil
        }
    }

    private static func plain(_ stored: StoredType) -> (ColumnType, ParquetValueReading)? {
        switch stored {
        case .bool: (.bool, .bool)
        case .int32: (.int32, .int32)
        case .int64: (.int64, .int64)
        case .int96: (.timestamp, .int96)
        case .float: (.double, .float)
        case .double: (.double, .double)
        case .byteArray: (.text, .text)
        case .fixedLengthByteArray: nil
        }
    }

    private static func decimal(
        _ stored: StoredType, scale: Int, length: Int
    ) -> (ColumnType, ParquetValueReading)? {
        guard (0...maximumScale).contains(scale) else { return nil }
        switch stored {
        case .int32: return (.double, .decimal32(scale: scale))
        case .int64: return (.double, .decimal64(scale: scale))
        case .byteArray: return (.double, .decimalBytes(scale: scale))
        case .fixedLengthByteArray:
            guard (1...DecimalBytes.maximumLength).contains(length) else { return nil }
            return (.double, .decimalFixed(bytes: length, scale: scale))
        case .bool, .int96, .float, .double: return nil
        }
    }

    /// What the older annotations mean.
    private static func logical(converted: Int32?, scale: Int32) -> StoredLogicalType? {
        switch converted {
        case nil: nil
        case 0: .string
        case 1, 2: .map
        case 3: .list
        case 4: .enumeration
        case 5: .decimal(scale: scale)
        case 6: .date
        case 7, 8: .time
        case 9: .timestamp(unit: .millis, isUTC: true)
        case 10: .timestamp(unit: .micros, isUTC: true)
        case 11: .integer(bits: 8, isSigned: false)
        case 12: .integer(bits: 16, isSigned: false)
        case 13: .integer(bits: 32, isSigned: false)
        case 14: .integer(bits: 64, isSigned: false)
        case 15: .integer(bits: 8, isSigned: true)
        case 16: .integer(bits: 16, isSigned: true)
        case 17: .integer(bits: 32, isSigned: true)
        case 18: .integer(bits: 64, isSigned: true)
        case 19: .json
        case 20: .bson
        case let other?: .unknown(Int(other))
        }
    }

    private static func name(_ stored: StoredType, _ length: Int32) -> String {
        switch stored {
        case .bool: "BOOLEAN"
        case .int32: "INT32"
        case .int64: "INT64"
        case .int96: "INT96"
        case .float: "FLOAT"
        case .double: "DOUBLE"
        case .byteArray: "BYTE_ARRAY"
        case .fixedLengthByteArray: "FIXED_LEN_BYTE_ARRAY(\(length))"
        }
    }
}

extension StoredLogicalType {
    /// The annotation in the format's own words.
    var name: String {
        switch self {
        case .string: "STRING"
        case .map: "MAP"
        case .list: "LIST"
        case .enumeration: "ENUM"
        case .date: "DATE"
        case .json: "JSON"
        case .bson: "BSON"
        case .uuid: "UUID"
        case .float16: "FLOAT16"
        case .decimal(let scale): "DECIMAL(scale \(scale))"
        case .time: "TIME"
        case .timestamp(let unit, let isUTC): "TIMESTAMP(\("\(unit)".uppercased())\(isUTC ? ", UTC" : ""))"
        case .integer(let bits, let isSigned): "\(isSigned ? "INT" : "UINT")_\(bits)"
        case .null: "NULL"
        case .unknown(let number): "annotation \(number)"
        }
    }
}
