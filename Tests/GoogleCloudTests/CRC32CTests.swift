import GoogleCloud
import Testing

/// Vectors of RFC 3720 appendix B.4, and of the check value in the catalogue of CRCs.
struct CRC32CTests {
    private static let vectors: [(bytes: [UInt8], value: UInt32)] = [
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        ([UInt8](0..<32), 0x46DD_794E),
        ([UInt8](0..<32).reversed(), 0x113F_DB5C),
        ([UInt8]("123456789".utf8), 0xE306_9283),
        ([], 0),
    ]

    @Test(arguments: vectors)
    func matchesPublishedVectors(bytes: [UInt8], value: UInt32) {
        #expect(CRC32C(bytes).value == value)
    }

    @Test(arguments: 0...24)
    func doesNotDependOnHowBytesAreCut(cut: Int) {
        let bytes = (0..<97).map { UInt8($0 &* 37 & 0xFF) }
        var checksum = CRC32C()
        checksum.update(Array(bytes[..<cut]))
        checksum.update(Array(bytes[cut...]))
        #expect(checksum == CRC32C(bytes))
    }

    @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65])
    func agreesWithBitByBitDivision(length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 7) }
        var register: UInt32 = ~0
        for byte in bytes {
            register ^= UInt32(byte)
            for _ in 0..<8 { register = register & 1 == 1 ? 0x82F6_3B78 ^ register >> 1 : register >> 1 }
        }
        #expect(CRC32C(bytes).value == ~register)
    }

    @Test func writesBigEndianBase64() {
        #expect(CRC32C("123456789".utf8).base64 == "4waSgw==")
    }
}
