/// Numbers of the Parquet format that we write.
/// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
enum ParquetFormat {
    static let magic = Array("PAR1".utf8)
    /// Version 2 of the format: RLE_DICTIONARY and logical types.
    static let version = 2
    /// Who wrote the file, in the form that readers parse.
    static let createdBy = "orch version 0.1.0 (build source)"

    enum Encoding {
        static let plain = 0
        static let rle = 3
        static let deltaBinaryPacked = 5
        static let rleDictionary = 8
    }

    enum PageType {
        static let data = 0
        static let dictionary = 2
        static let dataV2 = 3
    }

    /// Zero is "required", one "optional".
    static let optional = 1
}

extension ColumnType {
    /// The number of the physical type that holds the values.
    var parquetPhysicalType: Int {
        switch self {
        case .bool: 0
        case .int32, .date: 1
        case .int64, .timestamp: 2
        case .double: 5
        case .text: 6
        }
    }

    /// The older annotation of the type, where it has one. Times without a zone have none: the old one meant UTC.
    var parquetConvertedType: Int? {
        switch self {
        case .text: 0
        case .date: 6
        case .int64, .int32, .double, .timestamp, .bool: nil
        }
    }

    /// Writes the branch of the LogicalType union, where the type has one.
    func writeLogicalType(_ writer: inout ThriftWriter) {
        switch self {
        case .text: writer.field(10) { $0.emptyStruct(1) }
        case .date: writer.field(10) { $0.emptyStruct(6) }
        case .timestamp:
            writer.field(10) { logical in
                logical.field(8) { timestamp in
                    // A wall clock's time: not adjusted to UTC.
                    timestamp.field(1, bool: false)
                    // MICROS is the second branch of the union of units.
                    timestamp.field(2) { $0.emptyStruct(2) }
                }
            }
        case .int64, .int32, .double, .bool: break
        }
    }
}
