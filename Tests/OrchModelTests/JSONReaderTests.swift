import Foundation
import OrchModel
import TestSupport
import Testing

/// What ``JSONReader`` makes of texts, beside what Foundation's decoder makes of them.
struct JSONReaderTests {
    @Test(arguments: [
        #"{"a":[1,-2,3.5,1e3,-0,0.5e-2],"b":{"c":null,"d":true,"e":false},"f":"é\u00e9\ud83d\ude95\n\/"}"#,
        " [ 1 , { } , [ ] , \"\" ] \n", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1.0",
        "1E400", "0.1", "123456789012345678901234567890", "\"tab\tin\"", "01", "-", "1.", ".5", "+1", "1e", "tru",
        "nulll",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\x\"", "\"\\u12g4\"", "{a:1}", "[1 2]", "", " ", "\"open",
        "{\"a\":1,\"a\":2}", "\u{FEFF}{}", "[1]x", "'a'", "NaN", "Infinity", "// no", "\"\u{7f}\u{0}\"",
    ])
    func agreesWithFoundation(text: String) {
        compare(Array(text.utf8))
    }

    /// Which Foundation passes over.
    @Test(arguments: ["{\"a\":1,}", "[1,]", "[1,\n]", "[,]"]) func refusesACommaBeforeAnEnd(text: String) {
        #expect(throws: DecodingError.self) { try JSONValue(parsing: text) }
    }

    @Test func refusesBytesThatAreNoText() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3]] {
            let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
            #expect(throws: DecodingError.self) { try JSONValue(parsing: quoted) }
            #expect(throws: DecodingError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test func refusesWhatLiesTooDeep() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try JSONValue(parsing: nested(512)).arrayValue?.count == 1)
        #expect(throws: DecodingError.self) { try JSONValue(parsing: nested(513)) }
        #expect(throws: DecodingError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 1_000_000)) }
    }

    /// Damaged texts: both read the same, or both refuse.
    @Test(arguments: 0..<8) func agreesOnDamagedTexts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let whole = Array(#"{"orch":1,"t":[1.5e2,-7,"a\"\u00e9\ud83d\ude95b"],"n":null,"o":{"x":true,"y":"é🚕"}}"#.utf8)
        let odd = Array("{}[]\":,\\u0123456789eE+-.tfn \t\n".utf8) + [0, 0x1F, 0x7F, 0x80, 0xC3, 0xE2, 0xF0, 0xFF]
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(odd.randomElement(using: &random)!, at: index)
                case 2: bytes[index] = odd.randomElement(using: &random)!
                default: bytes.removeSubrange(index...)
                }
                if bytes.isEmpty { break }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if text.contains(/,\s*[}\]]/) { continue }
            compare(bytes)
        }
    }

    private func compare(_ bytes: [UInt8]) {
        let ours = try? JSONValue(parsing: bytes)
        let theirs = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        #expect(ours == theirs, "\(String(decoding: bytes, as: UTF8.self))")
    }
}
