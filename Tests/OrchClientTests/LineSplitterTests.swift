import Testing

@testable import OrchClient

struct LineSplitterTests {
    @Test(arguments: 1...12)
    func linesAreTheSameHoweverTheyAreCut(size: Int) {
        let bytes = Array("first\n\nthird line\nfourth\nrest".utf8)
        var splitter = LineSplitter()
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            splitter.append(Array(bytes[start..<min(start + size, bytes.count)]))
            while let line = splitter.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        #expect(lines == ["first", "", "third line", "fourth"])
        #expect(splitter.taken == Int64(bytes.count))
    }
}
