import TestSupport
import Testing

@testable import OrchModel

struct StreamBatchTests {
    private let nonce = "0123456789abcdef"
    private let time = Timestamp(microseconds: 1_600_000_000_123_456)

    private func log(_ message: String) -> StreamRecord.Kind { .log(.init(.info, message, logger: "flow")) }

    private func task(
        _ id: Identifier, _ type: StateType, attempt: Int = 1, details: TaskDetails? = nil,
        line: StreamRecord.TaskState.Line? = nil
    ) -> StreamRecord.Kind {
        let state = RunState(type, message: "because \"of\" it", at: time, actor: "flow")
        return .taskState(
            .init(
                taskRun: id, name: "täsk\n", flowRun: id, attempt: attempt, state: state, started: time,
                ended: type.isTerminal ? time : nil, details: details, line: line))
    }

    /// The lines of records that are gathered as a program does, from a number on.
    private func lines(_ kinds: [StreamRecord.Kind], from first: Int = 1) -> [[UInt8]] {
        var batch = StreamBatch(nonce: nonce, attempt: 1)
        var lines: [[UInt8]] = []
        for (index, kind) in kinds.enumerated() {
            let content = StreamRecord(time: time, kind).encodeContent()
            if !batch.holds(content) { lines.append(batch.takeLine()) }
            batch.add(content, sequence: first + index, kind)
        }
        lines.append(batch.takeLine())
        #expect(batch.isEmpty)
        #expect(batch.takeLine().isEmpty)
        return lines
    }

    private func records(_ lines: [[UInt8]]) -> [(Int, StreamRecord.Kind)] {
        var decoder = StreamDecoder(nonce: nonce, attempt: 1)
        return (lines.flatMap { decoder.feed($0) } + decoder.finish()).compactMap { event in
            guard case .record(let sequence, let record) = event else {
                Issue.record("not a record: \(event)")
                return nil
            }
            #expect(record.time == time)
            return (sequence, record.kind)
        }
    }

    @Test func manyRecordsAreFewLinesAndComeBackWithTheirNumbers() {
        let kinds = (1...1000).map { log("line \($0) \"quoted\" \u{1F600} \t") }
        let lines = lines(kinds, from: 1)
        #expect(lines.count < 100)
        #expect(lines.allSatisfy { $0.count <= StreamRecord.maximumLineBytes && $0.last == UInt8(ascii: "\n") })
        #expect(lines.allSatisfy { $0.filter { $0 == UInt8(ascii: "\n") }.count == 1 })
        let read = records(lines)
        #expect(read.map(\.0) == Array(1...1000))
        #expect(read.map(\.1) == kinds)
    }

    @Test func aRecordAloneIsTheLineThatOlderProgramsWrite() {
        let record = StreamRecord(time: time, log("alone"))
        #expect(lines([record.kind], from: 7) == record.encodeLines(nonce: nonce, attempt: 1, firstSequence: 7))
    }

    @Test func theEndOfATaskStandsForItsStartInTheSameLine() {
        let (first, second) = (Identifier.new(), Identifier.new())
        let kinds = [
            task(first, .running), task(second, .running), log("between"),
            task(first, .completed, line: .init(.info, "x")),
            task(second, .running, details: TaskDetails(progress: .init(done: 1))), task(second, .failed, attempt: 2),
        ]
        let read = records(lines(kinds))
        // The second task's end is of another attempt than its start, which stays as progress does.
        #expect(read.map(\.0) == [2, 3, 4, 5, 6])
        #expect(read.map(\.1) == Array(kinds[1...]))
        // Nothing is missing: the number that no record has is told by its line.
        var decoder = StreamDecoder(nonce: nonce, attempt: 1)
        let line = lines([task(first, .running), task(first, .completed)])
        #expect(decoder.feed(line[0], stoppingAtGap: true)?.count == 1)
        #expect(decoder.last == 2)
        #expect(decoder.finish().isEmpty)
    }

    @Test func whatIsKnownOfALineIsPassedOverAndWhatMissesBeforeItIsTold() {
        let kinds = (1...6).map { log("line \($0)") }
        let line = lines(Array(kinds[2...]), from: 3)[0]
        var decoder = StreamDecoder(nonce: nonce, attempt: 1, after: 4)
        #expect(
            decoder.feed(line) == [
                .record(sequence: 5, StreamRecord(time: time, kinds[4])),
                .record(sequence: 6, StreamRecord(time: time, kinds[5])),
            ])
        #expect(decoder.feed(line).isEmpty)
        var fresh = StreamDecoder(nonce: nonce, attempt: 1)
        #expect(fresh.feed(line, stoppingAtGap: true) == nil)
        #expect(fresh.gap == 1...2)
        #expect(fresh.feed(line).first == .gap(from: 1, to: 2))
        #expect(fresh.last == 6)
    }

    @Test func theFastWayAndTheOtherReadTheSame() throws {
        let id = Identifier.new()
        let state = RunState(.running, name: "X", message: "\u{0}\\ü", at: time, actor: "a")
        let kinds: [StreamRecord.Kind] = [
            log(""), log("a\u{1F600}\"\\\n\u{7F}"),
            .log(.init(.error, "m", logger: "l", stream: .stderr, taskRun: id, flowRun: id, continues: true)),
            task(id, .completed),
            task(id, .running, details: TaskDetails(task: "t", description: "d", tags: ["a", ""])),
            task(id, .failed, line: .init(.critical, "l\n")),
            .taskState(.init(taskRun: id, name: "", attempt: 0, state: state)),
            .hello(.init(sdk: "1", flow: "f")), .metric(.init("rows", 1.5, taskRun: id)),
            .result(["a": [1, nil, 2.5]]),
            .artifact(.init(key: "k", type: "link", data: "x")),
            .outcome(.init(type: .failed, name: "Failed", message: "m")),
            .childRun(.init(flowRun: id, flow: "c", parameters: ["p": 1], state: state)),
        ]
        let head = StreamLine.head(nonce: nonce, attempt: 1)
        for kind in kinds {
            let line = try #require(
                StreamRecord(time: time, kind).encodeLines(nonce: nonce, attempt: 1, firstSequence: 9).first)
            let fast = line.dropLast().withUnsafeBufferPointer { StreamLine.read($0, head: head) }
            let object = try JSONValue(parsing: Array(line.dropLast()))
            #expect(fast?.entries.map(\.record) == StreamRecord(wire: object).map { [$0] })
            #expect(fast?.first == 9)
            // A line that somebody else has written in another form is read as well.
            var spaced = Array("{ ".utf8)
            spaced += line.dropFirst()
            var decoder = StreamDecoder(nonce: nonce, attempt: 1, after: 8)
            #expect(decoder.feed(spaced).count == 1)
        }
        let batch = lines(kinds.filter { if case .taskState = $0 { false } else { true } })
        let object = try JSONValue(parsing: Array(batch[0].dropLast()))
        let slow = try #require(StreamLine(first: 1, object: object))
        let fast = try #require(batch[0].dropLast().withUnsafeBufferPointer { StreamLine.read($0, head: head) })
        #expect(slow.entries.map(\.record) == fast.entries.map(\.record))
        #expect((slow.first, slow.last) == (fast.first, fast.last))
    }

    @Test(arguments: [
        #""seq":5,"last":4,"records":[]}"#, #""seq":5,"last":6,"records":[{"seq":4,"time":"2020-07-01T00:00:00Z"}]}"#,
        #""seq":1,"last":9007199254740992,"records":[]}"#, #""seq":1,"last":2,"records":7}"#,
        #""seq":1,"last":2,"records":[{"seq":1,"time":"2020-07-01T00:00:00Z","log":{}}]}"#,
    ])
    func aLineThatContradictsItselfIsShownAsUnreadable(rest: String) {
        var decoder = StreamDecoder(nonce: nonce, attempt: 1)
        let line = Array(#"{"orch":1,"nonce":"0123456789abcdef","attempt":1,"#.utf8) + Array(rest.utf8)
        let events = decoder.feed(line)
        #expect(events.contains { if case .incomplete = $0 { true } else { false } })
        #expect(decoder.last <= 5)
    }

    /// Bytes changed and cut at random trap nowhere, and are never more than the line they were.
    @Test func damagedLinesTrapNowhere() {
        var generator = SeededGenerator(seed: SeededGenerator.seed(5))
        let id = Identifier.new()
        let whole = lines([task(id, .running), log("x"), task(id, .failed, line: .init(.info, "y"))])[0]
        for _ in 0..<3000 {
            var line = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                line[Int.random(in: 0..<line.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) {
                line = Array(line.prefix(Int.random(in: 0...line.count, using: &generator)))
            }
            var decoder = StreamDecoder(nonce: nonce, attempt: 1)
            _ = decoder.feed(line)
            _ = decoder.finish()
        }
    }
}
