import FoundationEssentials

/// CRC-32C (Castagnoli), the checksum that Cloud Storage keeps of every object.
///
/// Polynomial 0x1EDC6F41, reflected; see RFC 3720 appendix B.4 for vectors and
/// [hashes and ETags](https://cloud.google.com/storage/docs/hashes-etags) for the base64 form.
package struct CRC32C: Sendable, Hashable {
    private var register: UInt32 = 0xFFFF_FFFF

    /// The checksum of no bytes.
    package init() {}

    /// The checksum of `bytes`.
    package init(_ bytes: some Sequence<UInt8>) {
        update(Array(bytes))
    }

    /// Takes in more bytes.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes in more bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        register = Self.tables.withUnsafeBufferPointer { tables in
            Self.advance(register, over: bytes, tables: tables)
        }
    }

    /// The checksum as a number.
    package var value: UInt32 { ~register }

    /// The checksum as Google writes it: base64 of the big-endian bytes.
    package var base64: String {
        withUnsafeBytes(of: value.bigEndian) { Data($0).base64EncodedString() }
    }

    /// Eight bytes at a time (slicing-by-8), then the rest one by one.
    private static func advance(
        _ start: UInt32,
        over bytes: UnsafeRawBufferPointer,
        tables: UnsafeBufferPointer<UInt32>
    ) -> UInt32 {
        var register = start
        var offset = 0
        while bytes.count - offset >= 8 {
            let word =
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(register)
            register = tables[1792 | Int(word & 0xFF)] ^ tables[1536 | Int(word >> 8 & 0xFF)]
            register ^= tables[1280 | Int(word >> 16 & 0xFF)] ^ tables[1024 | Int(word >> 24 & 0xFF)]
            register ^= tables[768 | Int(word >> 32 & 0xFF)] ^ tables[512 | Int(word >> 40 & 0xFF)]
            register ^= tables[256 | Int(word >> 48 & 0xFF)] ^ tables[Int(word >> 56)]
            offset += 8
        }
        while offset < bytes.count {
            register = tables[Int((register ^ UInt32(bytes[offset])) & 0xFF)] ^ (register >> 8)
            offset += 1
        }
        return register
    }

    /// Table `n` at `256 * n`: the register's change by a byte that `n` zero bytes follow.
    private static let tables: [UInt32] = {
        var tables = (0..<256 as Range<UInt32>).map { byte in
            (0..<8).reduce(byte) { value, _ in value & 1 == 1 ? 0x82F6_3B78 ^ (value >> 1) : value >> 1 }
        }
        for index in 256..<2048 {
            let previous = tables[index - 256]
            tables.append(tables[Int(previous & 0xFF)] ^ (previous >> 8))
        }
        return tables
    }()
}
