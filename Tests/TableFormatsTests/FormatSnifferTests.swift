import Testing

@testable import TableFormats

struct FormatSnifferTests {
    @Test(
        arguments: [
            ([0x1F, 0x8B, 8, 0], .gzip), (Array("PK\u{3}\u{4}rest".utf8), .zip), (Array("PAR1".utf8), .parquet),
            ([0xFF, 0xFE, 0x61, 0], .utf16), ([0xFE, 0xFF, 0, 0x61], .utf16), ([0x61, 0, 0x2C, 0, 0x62, 0], .utf16),
            ([0, 0x61, 0, 0x2C, 0, 0x62], .utf16), ([0x61, 0, 0, 0, 0, 0], .binary), ([0x61, 0x62, 0, 0x63], .binary),
            ([0x28, 0xB5, 0x2F, 0xFD, 1], .binary), (Array("BZh91AY&SY".utf8), .binary),
            (Array("version https://git-lfs.github.com/spec/v1\n".utf8), .gitLFSPointer),
            (Array("<!DOCTYPE html>".utf8), .html), (Array("\r\n  <HTML><body>".utf8), .html),
            (Array("\u{FEFF}<?xml version=\"1.0\"?><Error/>".utf8), .xml), (Array("[{\"a\":1}]".utf8), .json),
            (Array(" {\"error\":\"not found\"}".utf8), .json),
            (Array("id,name\n1,a\n".utf8), nil), (Array("\u{FEFF}id\n".utf8), nil), (Array("\n\nid\n".utf8), nil),
            (Array("\"<html>\",b\n".utf8), nil), (Array("Preis \u{20AC},b\n".utf8), nil), ([], nil),
            (Array("name\n".utf8) + [0x63, 0xE9, 0x0A], nil), (Array("BZh,b\n".utf8), nil),
        ] as [([UInt8], CSVError.ForeignFormat?)])
    func recognisesWhatIsNoCSV(bytes: [UInt8], expected: CSVError.ForeignFormat?) {
        #expect(FormatSniffer.foreignFormat(bytes[...]) == expected)
        // The same within a longer buffer.
        #expect(FormatSniffer.foreignFormat(([7] + bytes)[1...]) == expected)
    }
}
