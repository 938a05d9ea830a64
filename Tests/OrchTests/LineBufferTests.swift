import Testing

@testable import Orch

struct LineBufferTests {
    @Test func givesWholeLines() {
        var buffer = LineBuffer()
        #expect(buffer.append(Array("a\nb".utf8)) == [.init(text: "a", continues: false)])
        #expect(
            buffer.append(Array("c\n\n".utf8)) == [
                .init(text: "bc", continues: false), .init(text: "", continues: false),
            ])
        #expect(buffer.flush().isEmpty)
        #expect(buffer.append(Array("end".utf8)).isEmpty)
        #expect(buffer.flush() == [.init(text: "end", continues: false)])
    }

    @Test(arguments: ["x", "é", "漢", "🚕"], 4...9)
    func cutsLongLinesBetweenCharacters(unit: String, limit: Int) {
        var buffer = LineBuffer(limit: limit)
        let line = String(repeating: unit, count: 20)
        let pieces = buffer.append(Array(line.utf8)) + buffer.append([UInt8(ascii: "\n")])
        #expect(pieces.map(\.text).joined() == line)
        #expect(pieces.allSatisfy { $0.text.utf8.count <= limit })
        #expect(pieces.dropLast().allSatisfy { $0.continues })
        #expect(pieces.last?.continues == false)
    }

    @Test func replacesWhatIsNotUTF8() {
        var buffer = LineBuffer()
        #expect(buffer.append([0x61, 0xFF, 0x62, 0x0A]) == [.init(text: "a\u{FFFD}b", continues: false)])
    }

    @Test func cutsBytesThatAreNoCharacters() {
        var buffer = LineBuffer(limit: 8)
        let pieces = buffer.append([UInt8](repeating: 0x80, count: 20)) + buffer.flush()
        #expect(pieces.map(\.text.unicodeScalars.count).reduce(0, +) == 20)
    }
}
