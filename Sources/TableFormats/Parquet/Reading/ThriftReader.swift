/// Why bytes are not a struct of Thrift's compact protocol. Positions count from the first byte of the struct.
enum ThriftReadError: Error, Equatable {
    /// The bytes end in the middle.
    case cut(at: Int)
    /// The bytes make no sense.
    case malformed(at: Int, expected: String, got: String)
}

/// Reads structs in Thrift's compact protocol. Nothing it is given makes it trap, recurse deeply or allocate more than
/// the bytes that are there.
/// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
struct ThriftReader {
    /// What a field or element is.
    enum Kind: UInt8 {
        case boolTrue = 1
        case boolFalse = 2
        case i8 = 3
        case i16 = 4
        case i32 = 5
        case i64 = 6
        case double = 7
        case binary = 8
        case list = 9
        case set = 10
        case map = 11
        case structure = 12
        case uuid = 13
    }

    /// How deep structs and lists may nest; Parquet's own nest five deep.
    private static let maximumDepth = 32

    /// The bytes read so far, which is also where the next one lies.
    private(set) var position: Int
    private let bytes: [UInt8]
    private let end: Int
    private var depth = 0

    /// Reads from `range` of the bytes.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = min(range.upperBound, bytes.count)
    }

    /// Reads a struct: `body` is called for each of its fields, in order, and must read or skip it.
    mutating func structure(
        _ body: (_ reader: inout ThriftReader, _ id: Int, _ kind: Kind) throws(ThriftReadError) -> Void
    ) throws(ThriftReadError) {
        try descend()
        var last = 0
        while true {
            let head = try byte()
            guard head != 0 else { break }
            let kind = try kind(head & 0x0F)
            // A short form counts from the field before; a long one names the field itself.
            let id = head >> 4 == 0 ? Int(try integer()) : last + Int(head >> 4)
            guard (0...Int(Int16.max)).contains(id) else { throw malformed("a field id of 16 bits", "\(id)") }
            last = id
            try body(&self, id, kind)
        }
        depth -= 1
    }

    /// A struct as the value of a field.
    mutating func structure(
        _ kind: Kind, _ body: (_ reader: inout ThriftReader, _ id: Int, _ kind: Kind) throws(ThriftReadError) -> Void
    ) throws(ThriftReadError) {
        try expect(.structure, kind)
        try structure(body)
    }

    /// A list as the value of a field: `body` is called for each element, and must read or skip it.
    mutating func list(
        _ kind: Kind, _ body: (_ reader: inout ThriftReader, _ kind: Kind) throws(ThriftReadError) -> Void
    ) throws(ThriftReadError) {
        try expect(.list, kind)
        try descend()
        let (count, element) = try listHead()
        for _ in 0..<count { try body(&self, element) }
        depth -= 1
    }

    /// A whole number as the value of a field or element.
    mutating func integer(_ kind: Kind) throws(ThriftReadError) -> Int64 {
        switch kind {
        case .i16, .i32, .i64: try integer()
        case .i8: Int64(Int8(bitPattern: try byte()))
        default: throw malformed("a whole number", "\(kind)")
        }
    }

    /// A whole number that must fit into 32 bits.
    mutating func int32(_ kind: Kind) throws(ThriftReadError) -> Int32 {
        let value = try integer(kind)
        guard let value = Int32(exactly: value) else { throw malformed("a number of 32 bits", "\(value)") }
        return value
    }

    /// A truth value of a field, where its kind is its value.
    mutating func bool(_ kind: Kind) throws(ThriftReadError) -> Bool {
        switch kind {
        case .boolTrue: true
        case .boolFalse: false
        default: throw malformed("a truth value", "\(kind)")
        }
    }

    /// Bytes as the value of a field or element.
    mutating func binary(_ kind: Kind) throws(ThriftReadError) -> [UInt8] {
        try expect(.binary, kind)
        let count = try count(bytesEach: 1)
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Text as the value of a field or element; bytes that are not UTF-8 are replaced.
    mutating func string(_ kind: Kind) throws(ThriftReadError) -> String {
        String(decoding: try binary(kind), as: UTF8.self)
    }

    /// Passes over the value of a field or element. `isElement` tells truth values apart, which take a byte in lists.
    mutating func skip(_ kind: Kind, isElement: Bool = false) throws(ThriftReadError) {
        switch kind {
        case .boolTrue, .boolFalse: if isElement { _ = try byte() }
        case .i8: _ = try byte()
        case .i16, .i32, .i64: _ = try varint()
        case .double: try advance(8)
        case .uuid: try advance(16)
        case .binary: try advance(try count(bytesEach: 1))
        case .structure: try structure { reader, _, kind throws(ThriftReadError) in try reader.skip(kind) }
        case .list, .set:
            try descend()
            let (count, element) = try listHead()
            for _ in 0..<count { try skip(element, isElement: true) }
            depth -= 1
        case .map: try skipMap()
        }
    }

    private mutating func skipMap() throws(ThriftReadError) {
        try descend()
        let count = try count(bytesEach: 2)
        if count > 0 {
            let kinds = try byte()
            let (key, value) = (try kind(kinds >> 4), try kind(kinds & 0x0F))
            for _ in 0..<count {
                try skip(key, isElement: true)
                try skip(value, isElement: true)
            }
        }
        depth -= 1
    }

    private mutating func listHead() throws(ThriftReadError) -> (count: Int, element: Kind) {
        let head = try byte()
        let element = try kind(head & 0x0F)
        guard head >> 4 == 15 else {
            let count = Int(head >> 4)
            guard count <= end - position else { throw .cut(at: end) }
            return (count, element)
        }
        return (try count(bytesEach: 1), element)
    }

    /// A number of things that follow and take at least so many bytes each, so that it is bounded by the bytes left.
    private mutating func count(bytesEach: Int) throws(ThriftReadError) -> Int {
        let value = try varint()
        guard value <= UInt64(Int32.max) else { throw malformed("a length of 31 bits", "\(value)") }
        guard Int(value) <= (end - position) / bytesEach else { throw .cut(at: end) }
        return Int(value)
    }

    private mutating func integer() throws(ThriftReadError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private mutating func varint() throws(ThriftReadError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw malformed("a number of at most ten bytes", "more")
    }

    private mutating func byte() throws(ThriftReadError) -> UInt8 {
        guard position < end else { throw .cut(at: end) }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func advance(_ count: Int) throws(ThriftReadError) {
        guard count <= end - position else { throw .cut(at: end) }
        position += count
    }

    private mutating func descend() throws(ThriftReadError) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw malformed("structs nested \(Self.maximumDepth) deep", "more") }
    }

    private func kind(_ bits: UInt8) throws(ThriftReadError) -> Kind {
        guard let kind = Kind(rawValue: bits) else { throw malformed("a Thrift type", "number \(bits)") }
        return kind
    }

    private func expect(_ expected: Kind, _ kind: Kind) throws(ThriftReadError) {
        guard kind == expected else { throw malformed("a Thrift \(expected)", "\(kind)") }
    }

    private func malformed(_ expected: String, _ got: String) -> ThriftReadError {
        .malformed(at: position, expected: expected, got: got)
    }
}
