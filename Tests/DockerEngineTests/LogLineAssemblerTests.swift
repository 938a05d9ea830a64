import DockerEngine
import Testing

struct LogLineAssemblerTests {
    private static let time = "2026-01-02T03:04:05.678Z"
    private static let later = "2026-01-02T03:04:05.6789Z"

    private func frame(_ stream: LogStream, _ text: String) -> LogFrame {
        LogFrame(stream: stream, payload: Array(text.utf8))
    }

    private func line(
        _ stream: LogStream, _ text: String, timestamp: String = "", part: Int = 0, isTerminated: Bool = true
    ) -> LogLine {
        LogLine(
            stream: stream, time: EngineTime(rfc3339: timestamp), bytes: Array(text.utf8), part: part,
            isTerminated: isTerminated)
    }

    @Test func joinsThePiecesOfALongLine() {
        var assembler = LogLineAssembler(hasTimestamps: true)
        let piece = String(repeating: "a", count: 16_384)
        #expect(assembler.take(frame(.stdout, "\(Self.time) \(piece)")).isEmpty)
        #expect(assembler.take(frame(.stdout, "\(Self.later) \(piece)")).isEmpty)
        let lines = assembler.take(frame(.stdout, "\(Self.later) end\n"))
        #expect(lines == [line(.stdout, piece + piece + "end", timestamp: Self.time)])
        #expect(assembler.finish().isEmpty)
    }

    @Test func keepsTheOutputsApart() {
        var assembler = LogLineAssembler(hasTimestamps: true)
        #expect(assembler.take(frame(.stdout, "\(Self.time) out ")).isEmpty)
        #expect(
            assembler.take(frame(.stderr, "\(Self.later) err\n")) == [line(.stderr, "err", timestamp: Self.later)])
        #expect(
            assembler.take(frame(.stdout, "\(Self.later) put\n")) == [line(.stdout, "out put", timestamp: Self.time)])
    }

    @Test func handsOutWhatCameLastWithoutNewline() {
        var assembler = LogLineAssembler(hasTimestamps: true)
        _ = assembler.take(frame(.stderr, "\(Self.time) last words"))
        #expect(
            assembler.finish() == [line(.stderr, "last words", timestamp: Self.time, isTerminated: false)])
        #expect(assembler.finish().isEmpty)
    }

    @Test func keepsEmptyLines() {
        var assembler = LogLineAssembler(hasTimestamps: true)
        #expect(assembler.take(frame(.stdout, "\(Self.time) \n")) == [line(.stdout, "", timestamp: Self.time)])
        #expect(assembler.finish().isEmpty)
    }

    @Test func leavesTextThatLooksLikeNoTimestampAlone() {
        var assembler = LogLineAssembler(hasTimestamps: true)
        #expect(assembler.take(frame(.stdout, "2026 was good\n")) == [line(.stdout, "2026 was good")])
        var plain = LogLineAssembler(hasTimestamps: false)
        #expect(plain.take(frame(.stdout, "\(Self.time) x\n")) == [line(.stdout, "\(Self.time) x")])
    }

    @Test func splitsAFrameOfSeveralLines() {
        var assembler = LogLineAssembler(hasTimestamps: true)
        let lines = assembler.take(frame(.stdout, "\(Self.time) a\nb\nc"))
        #expect(lines == [line(.stdout, "a", timestamp: Self.time), line(.stdout, "b", timestamp: Self.time)])
        #expect(assembler.finish() == [line(.stdout, "c", timestamp: Self.time, isTerminated: false)])
    }

    @Test func handsALineThatIsTooLongOutInParts() {
        var assembler = LogLineAssembler(hasTimestamps: true, limit: 5)
        func take(_ text: String) -> [LogLine] { assembler.take(frame(.stdout, "\(Self.time) \(text)")) }
        func line(_ text: String, part: Int = 0) -> LogLine {
            self.line(.stdout, text, timestamp: Self.time, part: part)
        }
        #expect(take("12345\n") == [line("12345")])
        #expect(take("1234").isEmpty)
        #expect(take("567") == [line("12345", part: 1)])
        #expect(take("89ab\n") == [line("6789a", part: 2), line("b", part: 3)])
        #expect(take("123éx\n") == [line("123é", part: 1), line("x", part: 2)])
        #expect(take("1234éx\n") == [line("1234", part: 1), line("éx", part: 2)])
        #expect(take("next\n") == [line("next")])
    }

    @Test func readsRawStreamsWhereverChunksEnd() {
        let text = Array("\(Self.time) one\r\n\(Self.later) \r\nno time\r\n\(Self.time) last".utf8)
        for border in 0...text.count {
            var assembler = LogLineAssembler(hasTimestamps: true)
            var lines = assembler.takeRaw(Array(text[..<border])) + assembler.takeRaw(Array(text[border...]))
            lines += assembler.finish(isRaw: true)
            #expect(
                lines == [
                    line(.stdout, "one", timestamp: Self.time), line(.stdout, "", timestamp: Self.later),
                    line(.stdout, "no time"), line(.stdout, "last", timestamp: Self.time, isTerminated: false),
                ])
        }
    }
}
