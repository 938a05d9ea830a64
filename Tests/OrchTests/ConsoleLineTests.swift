import Testing

@testable import Orch

struct ConsoleLineTests {
    private let time = Timestamp(microseconds: 1_593_579_967_123_456)
    private let plain = ConsoleLine(isColored: false)

    @Test func writesOneLineARecord() {
        let log = StreamRecord.Log(.warning, "two\nlines\r\u{1B}[31m\u{9B}é\t.", logger: "extract")
        #expect(plain.text(.log(log), at: time) == #"05:06:07.123 WARNING  extract  two\nlines\r\x1b[31m\x9bé"# + "\t.")
        #expect(plain.text(.metric(.init("rows", 3)), at: time) == "05:06:07.123 INFO     metric  rows = 3")
        let asset = AssetRecord(
            namespace: "file:///l", dataset: "d", uri: "file:///l/x", version: "1", bytes: 9, sha256: "")
        #expect(
            plain.text(.asset(.init(asset)), at: time)
                == "05:06:07.123 INFO     asset  d: file:///l/x, 9 bytes, version 1")
        #expect(plain.text(.result(.null), at: time) == nil)
        let outcome = RunEnding.Outcome(type: .failed, name: "Failed", message: "no")
        #expect(plain.text(.outcome(outcome), at: time) == "05:06:07.123 ERROR    flow  Failed: no")
    }

    @Test func coloursOnlyWhereAsked() {
        let log = StreamRecord.Kind.log(.init(.error, "no", logger: "x"))
        #expect(plain.text(log, at: time)?.contains("\u{1B}") == false)
        #expect(ConsoleLine(isColored: true).text(log, at: time)?.contains("\u{1B}[31mERROR") == true)
    }
}
