import FoundationEssentials

import CIsal

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

    /// The checksum as a number.
    package var value: UInt32 { ~register }

    /// The checksum as Google writes it: base64 of the big-endian bytes.
    package var base64: String {
        withUnsafeBytes(of: value.bigEndian) { Data($0).base64EncodedString() }
    }

    /// Takes in more bytes, with the instructions that the processor has for it: some 20 GB/s.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // The length is a 32-bit number there.
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            let pointer = UnsafeMutablePointer(mutating: part.bindMemory(to: UInt8.self).baseAddress)
            register = crc32_iscsi(pointer, Int32(part.count), register)
            rest = rest.dropFirst(part.count)
        }
    }
}
