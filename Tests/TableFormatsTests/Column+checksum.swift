@testable import TableFormats

extension Column {
    /// CRC-32 of the rows as the judge of Parquet files computes it: a byte each, 0 for NULL, then the values as
    /// little-endian bytes, texts behind their length.
    var checksum: UInt32 {
        var bytes = (0..<count).map { UInt8(isValid($0) ? 1 : 0) }
        for row in 0..<count where isValid(row) {
            switch values {
            case .int64(let values): bytes.append(littleEndian: values[row])
            case .int32(let values): bytes.append(littleEndian: values[row])
            case .double(let values): bytes.append(littleEndian: values[row].bitPattern)
            case .bool(let values): bytes.append(values[row] ? 1 : 0)
            case .text(let values):
                let text = values.bytes[Int(values.offsets[row])..<Int(values.offsets[row + 1])]
                bytes.append(littleEndian: UInt32(text.count))
                bytes += text
            }
        }
        var remainder = ~UInt32(0)
        for byte in bytes {
            remainder = remainder >> 8 ^ Self.remainders[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)]
        }
        return ~remainder
    }

    /// The CRC-32 remainder of each byte.
    private static let remainders = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { word, _ in word >> 1 ^ (word & 1 == 0 ? 0 : 0xEDB8_8320) }
    }

    /// A column of these values, nil for NULL.
    init(int64 values: [Int64?], _ type: ColumnType = .int64) {
        self.init(type) { builder in
            values.forEach { if let value = $0 { builder.append(value) } else { builder.appendNull() } }
        }
    }

    /// A column of these values, nil for NULL.
    init(int32 values: [Int32?], _ type: ColumnType = .int32) {
        self.init(type) { builder in
            values.forEach { if let value = $0 { builder.append(value) } else { builder.appendNull() } }
        }
    }

    /// A column of these values, nil for NULL.
    init(doubles values: [Double?]) {
        self.init(.double) { builder in
            values.forEach { if let value = $0 { builder.append(value) } else { builder.appendNull() } }
        }
    }

    /// A column of these values, nil for NULL.
    init(bools values: [Bool?]) {
        self.init(.bool) { builder in
            values.forEach { if let value = $0 { builder.append(value) } else { builder.appendNull() } }
        }
    }

    /// A column of these values, nil for NULL.
    init(texts values: [String?]) {
        self.init(.text) { builder in
            for value in values {
                guard let value else { builder.appendNull(); continue }
                Array(value.utf8).withUnsafeBufferPointer { builder.append(utf8: $0) }
            }
        }
    }

    private init(_ type: ColumnType, _ body: (ColumnBuilder) -> Void) {
        let builder = ColumnBuilder(type: type)
        body(builder)
        self = builder.finish()
    }
}
