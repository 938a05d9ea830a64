import OrchModel
import Testing

struct StreamRecordTests {
    private static let time = Timestamp(microseconds: 1_593_561_600_000_001)
    private static let id = Identifier.new()
    private static let state = RunState(.running, name: "Retrying", message: "attempt 2", at: time, actor: "flow")

    static let kinds: [StreamRecord.Kind] = [
        .hello(.init(sdk: "0.1.0", flow: "etl")),
        .log(.init(.warning, "a \"quoted\"\nline é", logger: "extract", taskRun: id)),
        .log(.init(.info, "printed", logger: "stdout", stream: .stdout, flowRun: id, continues: true)),
        .taskState(.init(taskRun: id, name: "extract", attempt: 2, state: state, started: time)),
        .taskState(.init(taskRun: id, name: "load", flowRun: id, attempt: 1, state: state, started: time, ended: time)),
        .taskState(
            .init(
                taskRun: id, name: "load 07", attempt: 1, state: state,
                details: TaskDetails(
                    task: "load", description: "d", tags: ["a", "b"], progress: .init(done: 1, total: 2)))),
        .taskState(
            .init(taskRun: id, name: "load", attempt: 1, state: state, details: .init(progress: .init(done: 1)))),
        .taskState(
            .init(taskRun: id, name: "load", attempt: 1, state: state, line: .init(.warning, "Cancelled in \"1\""))),
        .childRun(.init(flowRun: id, parent: id, flow: "etl", parameters: ["month": 7], state: state)),
        .metric(.init("rows", 71974, taskRun: id)),
        .result(["rows": 1, "url": "gs://lake/x"]),
        .result(.null),
        .artifact(.init(key: "counts", type: "table", data: [["a": 1]], description: "d")),
        .asset(
            .init(
                AssetRecord(
                    namespace: "file:///lake", dataset: "d", uri: "file:///lake/x", version: "1", bytes: 0, sha256: "00"
                ))),
        .asset(.init(AssetRecordTests.whole, flowRun: id)),
        .outcome(.init(type: .failed, name: "Failed", message: "no")),
    ]

    private func decode(_ lines: [[UInt8]], nonce: String = "0123456789abcdef") -> [StreamDecoder.Event] {
        var decoder = StreamDecoder(nonce: nonce, attempt: 1)
        return lines.flatMap { decoder.feed($0) } + decoder.finish()
    }

    @Test(arguments: kinds)
    func readsBackWhatItWrites(kind: StreamRecord.Kind) {
        let record = StreamRecord(time: Self.time, kind)
        let lines = record.encodeLines(nonce: "0123456789abcdef", attempt: 1, firstSequence: 1)
        #expect(lines.count == 1)
        #expect(decode(lines) == [.record(sequence: 1, record)])
    }

    @Test(arguments: ["x", "\"", "é", "🚕", "\u{1}", "\\\n"], [4000, 4096, 100_000])
    func splitsLongRecordsIntoWholeLines(unit: String, count: Int) {
        let message = String(repeating: unit, count: count)
        let record = StreamRecord(time: Self.time, .log(.init(.info, message, logger: "flow")))
        let lines = record.encodeLines(nonce: "0123456789abcdef", attempt: 1, firstSequence: 1)
        #expect(lines.count > 1)
        #expect(lines.allSatisfy { $0.count <= StreamRecord.maximumLineBytes && $0.last == UInt8(ascii: "\n") })
        #expect(lines.allSatisfy { line in line.dropLast().allSatisfy { $0 >= 0x20 } })
        #expect(lines.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
        #expect(decode(lines) == [.record(sequence: lines.count, record)])
    }

    @Test func fillsOneLineToItsLastByte() {
        let sizes = (3700...4000).map { count in
            let log = StreamRecord.Log(.info, String(repeating: "x", count: count), logger: "flow")
            return StreamRecord(time: Self.time, .log(log)).encodeLines(
                nonce: "0123456789abcdef", attempt: 1, firstSequence: 1)
        }
        #expect(sizes.contains { $0.count == 1 && $0[0].count == StreamRecord.maximumLineBytes })
    }

    @Test func keepsUnknownKindsInTheCount() {
        let line =
            #"{"orch":2,"nonce":"0123456789abcdef","attempt":1,"seq":1,"time":"2020-07-01T00:00:00Z","sparkle":{"a":1}}"#
        let time = Timestamp(microseconds: 1_593_561_600_000_000)
        #expect(decode([Array(line.utf8)]) == [.record(sequence: 1, StreamRecord(time: time, .unknown("sparkle")))])
    }

    @Test func nonceDependsOnKeyAndAttempt() {
        let nonce = StreamNonce.make(apiKey: "key", attempt: 1)
        // printf 'orch-stream:key:1' | sha256sum | cut -c1-16
        #expect(nonce == "390a482389a633df")
        #expect(StreamNonce.make(apiKey: "key", attempt: 2) != nonce)
        #expect(StreamNonce.make(apiKey: "other", attempt: 1) != nonce)
    }
}
