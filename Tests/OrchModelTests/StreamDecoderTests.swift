import OrchModel
import Testing

struct StreamDecoderTests {
    private let nonce = "0123456789abcdef"
    private let time = Timestamp(microseconds: 0)

    private func record(_ message: String) -> StreamRecord {
        StreamRecord(time: time, .log(.init(.info, message, logger: "flow")))
    }

    private func lines(_ messages: [String]) -> [[UInt8]] {
        messages.reduce(into: []) { lines, message in
            lines += record(message).encodeLines(nonce: nonce, attempt: 1, firstSequence: lines.count + 1)
        }
    }

    private func decode(_ lines: [[UInt8]], after: Int = 0) -> [StreamDecoder.Event] {
        var decoder = StreamDecoder(nonce: nonce, attempt: 1, after: after)
        return lines.flatMap { decoder.feed($0) } + decoder.finish()
    }

    @Test(arguments: ["", "hello", "{\"orch\":1}", "{\"orch\":", "{\"orch\":1,\"nonce\":7}", "\u{1b}[31mred"])
    func takesOtherLinesAsPlainText(text: String) {
        #expect(
            decode([Array(text.utf8), Array((text + "\n").utf8)]) == [
                .plain(Array(text.utf8)), .plain(Array(text.utf8)),
            ])
    }

    @Test func takesForgedAndReplayedLinesAsPlainText() {
        let forged = record("x").encodeLines(nonce: "ffffffffffffffff", attempt: 1, firstSequence: 1)[0]
        let replayed = record("x").encodeLines(nonce: nonce, attempt: 2, firstSequence: 1)[0]
        #expect(decode([forged, replayed]) == [.plain(forged.dropLast()), .plain(replayed.dropLast())])
    }

    @Test func takesASequenceNobodyCountsToAsPlainText() {
        let line = record("x").encodeLines(nonce: nonce, attempt: 1, firstSequence: .max)[0]
        #expect(decode([line]) == [.plain(line.dropLast())])
        #expect(decode([line] + lines(["a"])).last == .record(sequence: 1, record("a")))
    }

    @Test func passesOverLinesAlreadySeen() {
        let all = lines(["a", "b", "c"])
        #expect(decode(all + all) == decode(all))
        #expect(decode(all, after: 2) == [.record(sequence: 3, record("c"))])
    }

    @Test func reportsGaps() {
        let all = lines(["a", "b", "c", "d", "e"])
        #expect(
            decode([all[1], all[4]]) == [
                .gap(from: 1, to: 1), .record(sequence: 2, record("b")),
                .gap(from: 3, to: 4), .record(sequence: 5, record("e")),
            ])
    }

    @Test func takesATornLineAsPlainTextAndShowsTheGap() {
        let all = lines(["a", "b", "c"])
        let torn = Array(all[1].prefix(40))
        #expect(
            decode([all[0], torn, all[2]]) == [
                .record(sequence: 1, record("a")), .plain(torn), .gap(from: 2, to: 2),
                .record(sequence: 3, record("c")),
            ])
    }

    @Test func toleratesPlainLinesBetweenParts() {
        let long = String(repeating: "x", count: 10_000)
        var all = lines([long])
        all.insert(Array("noise".utf8), at: 1)
        #expect(decode(all) == [.plain(Array("noise".utf8)), .record(sequence: 3, record(long))])
    }

    /// Each single line of a three-line record lost in turn, with a record before and after it.
    @Test(arguments: 1...3)
    func reportsARecordThatLostALine(lost: Int) {
        let long = String(repeating: "x", count: 10_000)
        var all = lines(["a", long, "b"])
        #expect(all.count == 5)
        all.remove(at: lost)
        let events = decode(all)
        #expect(events.first == .record(sequence: 1, record("a")))
        #expect(events.last == .record(sequence: 5, record("b")))
        #expect(events.contains(.gap(from: lost + 1, to: lost + 1)))
        var accounted = Set<Int>()
        for case .incomplete(let from, let to) in events { accounted.formUnion(from...to) }
        #expect(accounted == Set(2...4).subtracting([lost + 1]))
    }

    @Test func reportsARecordCutOffByTheEnd() {
        let all = lines(["a", String(repeating: "x", count: 10_000)])
        #expect(decode(all.dropLast()) == [.record(sequence: 1, record("a")), .incomplete(from: 2, to: 3)])
    }

    @Test func refusesARecordThatLacksItsBody() {
        let line = #"{"orch":1,"nonce":"0123456789abcdef","attempt":1,"seq":1,"time":"2020-07-01T00:00:00Z","log":{}}"#
        #expect(decode([Array(line.utf8)]) == [.incomplete(from: 1, to: 1)])
    }

    @Test func stopsAtAGapUntilItIsFilledOrGivenUp() {
        let all = lines(["a", "b", "c", "d"])
        var decoder = StreamDecoder(nonce: nonce, attempt: 1)
        #expect(decoder.feed(all[0], stoppingAtGap: true) == [.record(sequence: 1, record("a"))])
        #expect(decoder.feed(all[3], stoppingAtGap: true) == nil)
        #expect(decoder.gap == 2...3)
        #expect(decoder.last == 1)
        #expect(decoder.feed(all[1]) == [.record(sequence: 2, record("b"))])
        #expect(decoder.gap == nil)
        #expect(decoder.feed(all[3]) == [.gap(from: 3, to: 3), .record(sequence: 4, record("d"))])
    }

    @Test func tellsTheNumberOfATornLineThatCameLast() {
        let all = lines(["a", "b", "c"])
        let torn = Array(all[2].prefix(90))
        #expect(
            decode([all[0], torn]) == [.record(sequence: 1, record("a")), .plain(torn), .gap(from: 2, to: 3)])
        // Cut before its number: at least the next one.
        #expect(decode([all[0], Array(all[1].prefix(55))]).last == .gap(from: 2, to: 2))
        #expect(decode([all[0], torn, all[1], all[2]]).count == 4)
    }

    @Test func numbersOnlyWholeLinesOfItsOwn() {
        let all = lines(["a", "b"])
        let decoder = StreamDecoder(nonce: nonce, attempt: 1)
        #expect(all.map { decoder.number(of: $0.dropLast()) } == [1, 2])
        #expect(decoder.number(of: all[0].prefix(60)) == nil)
        #expect(decoder.number(of: Array("text".utf8)) == nil)
        #expect(StreamDecoder(nonce: nonce, attempt: 2).number(of: all[0].dropLast()) == nil)
    }
}
