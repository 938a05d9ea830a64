/// Writes structs in Thrift's compact protocol, as Parquet's headers and footer are.
/// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
struct ThriftWriter {
    /// Field types of the compact protocol.
    private enum Kind {
        static let boolTrue: UInt8 = 1
        static let boolFalse: UInt8 = 2
        static let i16: UInt8 = 4
        static let i32: UInt8 = 5
        static let i64: UInt8 = 6
        static let binary: UInt8 = 8
        static let list: UInt8 = 9
        static let structure: UInt8 = 12
    }

    private(set) var bytes: [UInt8] = []
    /// The id of the field written last, for each struct that is open.
    private var lastField: [Int16] = [0]

    mutating func field(_ id: Int16, i32 value: Int) {
        header(id, Kind.i32)
        zigzag(value)
    }

    mutating func field(_ id: Int16, i16 value: Int16) {
        header(id, Kind.i16)
        zigzag(Int(value))
    }

    mutating func field(_ id: Int16, i64 value: Int) {
        header(id, Kind.i64)
        zigzag(value)
    }

    mutating func field(_ id: Int16, bool value: Bool) {
        header(id, value ? Kind.boolTrue : Kind.boolFalse)
    }

    mutating func field(_ id: Int16, binary value: some Collection<UInt8>) {
        header(id, Kind.binary)
        binary(value)
    }

    mutating func field(_ id: Int16, string value: String) {
        field(id, binary: value.utf8)
    }

    /// A struct as a field; `body` writes its fields.
    mutating func field(_ id: Int16, _ body: (inout ThriftWriter) -> Void) {
        header(id, Kind.structure)
        structure(body)
    }

    /// An empty struct as a field, as the branches of Thrift unions often are.
    mutating func emptyStruct(_ id: Int16) {
        field(id) { _ in }
    }

    /// A list of structs as a field.
    mutating func field<Element>(
        _ id: Int16, list elements: [Element], _ body: (inout ThriftWriter, Element) -> Void
    ) {
        listHeader(id, Kind.structure, elements.count)
        for element in elements { structure { body(&$0, element) } }
    }

    /// A list of 32-bit integers as a field.
    mutating func field(_ id: Int16, i32s values: [Int]) {
        listHeader(id, Kind.i32, values.count)
        for value in values { zigzag(value) }
    }

    /// A list of 64-bit integers as a field.
    mutating func field(_ id: Int16, i64s values: [Int]) {
        listHeader(id, Kind.i64, values.count)
        for value in values { zigzag(value) }
    }

    /// A list of truth values as a field, a byte each.
    mutating func field(_ id: Int16, bools values: [Bool]) {
        listHeader(id, Kind.boolTrue, values.count)
        for value in values { bytes.append(value ? Kind.boolTrue : Kind.boolFalse) }
    }

    /// A list of byte strings as a field.
    mutating func field(_ id: Int16, binaries values: [[UInt8]]) {
        listHeader(id, Kind.binary, values.count)
        for value in values { binary(value) }
    }

    /// A list of texts as a field.
    mutating func field(_ id: Int16, strings values: [String]) {
        listHeader(id, Kind.binary, values.count)
        for value in values { binary(value.utf8) }
    }

    /// Ends the outermost struct.
    mutating func stop() {
        bytes.append(0)
    }

    private mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        lastField.append(0)
        body(&self)
        lastField.removeLast()
        bytes.append(0)
    }

    private mutating func header(_ id: Int16, _ kind: UInt8) {
        let last = lastField.removeLast()
        lastField.append(id)
        // Ids rise by less than 16 everywhere in Parquet, so the short form always fits.
        precondition(id > last && id - last < 16, "fields are written in order")
        bytes.append(UInt8(id - last) << 4 | kind)
    }

    private mutating func listHeader(_ id: Int16, _ kind: UInt8, _ count: Int) {
        header(id, Kind.list)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | kind)
        } else {
            bytes.append(0xF0 | kind)
            bytes.append(varint: UInt64(count))
        }
    }

    private mutating func binary(_ value: some Collection<UInt8>) {
        bytes.append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func zigzag(_ value: Int) {
        bytes.append(varint: UInt64(bitPattern: Int64(value << 1 ^ value >> 63)))
    }
}

extension [UInt8] {
    /// Appends an unsigned number as ULEB128: seven bits a byte, the lowest first.
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Appends the bytes of a number, the lowest first.
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
