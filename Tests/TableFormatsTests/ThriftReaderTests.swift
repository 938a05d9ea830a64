import Testing

@testable import TableFormats

struct ThriftReaderTests {
    /// The ids of a struct's fields, each passed over.
    private func ids(_ bytes: [UInt8]) throws(ThriftReadError) -> [Int] {
        var reader = ThriftReader(bytes, in: 0..<bytes.count)
        var ids: [Int] = []
        try reader.structure { reader, id, kind throws(ThriftReadError) in
            ids.append(id)
            try reader.skip(kind)
        }
        return ids
    }

    @Test func readsWhatTheWriterWrites() throws {
        var writer = ThriftWriter()
        writer.field(1, i32: -7)
        writer.field(2, i64: 1 << 40)
        writer.field(3, bool: true)
        writer.field(5, string: "é")
        writer.field(6, list: [1, 2, 3]) { element, number in element.field(1, i32: number) }
        writer.stop()
        var reader = ThriftReader(writer.bytes, in: 0..<writer.bytes.count)
        var (numbers, list): ([Int64], [Int64]) = ([], [])
        var (flag, text) = (false, "")
        try reader.structure { reader, id, kind throws(ThriftReadError) in
            switch id {
            case 1, 2: numbers.append(try reader.integer(kind))
            case 3: flag = try reader.bool(kind)
            case 5: text = try reader.string(kind)
            default:
                try reader.list(kind) { reader, kind throws(ThriftReadError) in
                    try reader.structure(kind) { reader, _, kind throws(ThriftReadError) in
                        list.append(try reader.integer(kind))
                    }
                }
            }
        }
        #expect(numbers == [-7, 1 << 40] && list == [1, 2, 3] && flag && text == "é")
        #expect(reader.position == writer.bytes.count)
        for length in 0..<writer.bytes.count {
            #expect(throws: ThriftReadError.cut(at: length)) { try ids(Array(writer.bytes[..<length])) }
        }
    }

    @Test func passesOverEveryKindOfField() throws {
        let bytes: [UInt8] =
            [0x11, 0x12, 0x13, 0x05, 0x14, 0x02, 0x15, 0x02, 0x16, 0x02]  // true, false, i8, i16, i32, i64
            + [0x17] + [UInt8](repeating: 1, count: 8) + [0x1D] + [UInt8](repeating: 1, count: 16)  // double, uuid
            + [0x18, 0x02, 0x41, 0x42, 0x19, 0x21, 0x01, 0x02, 0x1A, 0x15, 0x02]  // text, list of bools, set of i32
            + [0x1B, 0x01, 0x85, 0x01, 0x41, 0x02, 0x1B, 0x00, 0x1C, 0x00]  // map of text to i32, empty map, struct
            + [0x05, 0x50, 0x02, 0x00]  // an id in its long form: 40
        #expect(try ids(bytes) == Array(1...14) + [40])
    }

    @Test(arguments: [
        // A list of 2^31 - 1 structs, a text of 2^28 bytes, a map of 2^28 entries: fewer bytes are there.
        [0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00] as [UInt8],
        [0x18, 0x80, 0x80, 0x80, 0x80, 0x01, 0x41],
        [0x1B, 0x80, 0x80, 0x80, 0x80, 0x01, 0x55, 0x00],
        // A varint of eleven bytes, an unknown type, a field id beyond 16 bits.
        [0x16] + [UInt8](repeating: 0xFF, count: 10) + [0x01],
        [0x1F, 0x00],
        [0x05, 0xFE, 0xFF, 0xFF, 0x0F, 0x00],
        // Structs within structs, lists within lists, without end.
        [UInt8](repeating: 0x1C, count: 1000),
        [0x19] + [UInt8](repeating: 0x19, count: 1000),
    ])
    func refusesHostileBytes(bytes: [UInt8]) {
        #expect(throws: ThriftReadError.self) { try ids(bytes) }
    }
}
