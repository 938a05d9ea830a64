import Testing

@testable import TableFormats

struct ThriftWriterTests {
    @Test func writesTheCompactProtocol() {
        var writer = ThriftWriter()
        writer.field(1, i32: -1)
        writer.field(4, i64: 300)
        writer.field(5, bool: true)
        writer.field(6, bool: false)
        writer.field(7, string: "é")
        writer.field(9) { inner in
            inner.field(2, i16: 1)
            inner.emptyStruct(3)
        }
        writer.field(10, i32s: [0, 1, 2])
        writer.field(11, strings: ["a"])
        writer.field(12, list: [1]) { element, value in element.field(1, i32: value) }
        writer.stop()
        #expect(
            writer.bytes == [
                0x15, 0x01, 0x36, 0xD8, 0x04, 0x11, 0x12, 0x18, 0x02, 0xC3, 0xA9,
                0x2C, 0x24, 0x02, 0x1C, 0x00, 0x00, 0x19, 0x35, 0x00, 0x02, 0x04,
                0x19, 0x18, 0x01, 0x61, 0x19, 0x1C, 0x15, 0x02, 0x00, 0x00,
            ])
    }

    @Test func writesLongLists() {
        var writer = ThriftWriter()
        writer.field(1, i32s: [Int](repeating: 0, count: 200))
        #expect(writer.bytes.prefix(4) == [0x19, 0xF5, 0xC8, 0x01])
    }
}
