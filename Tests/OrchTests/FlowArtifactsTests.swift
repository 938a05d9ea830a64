import FoundationEssentials
import OrchTesting
import Testing

@testable import Orch

struct FlowArtifactsTests {
    private let bench = TaskBench()
    private var artifacts: FlowArtifacts { bench.context.artifacts }

    private var reported: [StreamRecord.Artifact] {
        bench.reporter.kinds.compactMap { if case .artifact(let artifact) = $0 { artifact } else { nil } }
    }

    private var content: ArtifactContent? {
        reported.last.flatMap { ArtifactContent(type: $0.type, data: $0.data) }
    }

    private struct Day: Encodable {
        var day: String
        var rows: Int
        var note: String?
    }

    @Test func aTextBelongsToTheTaskThatMadeIt() async throws {
        try artifacts.markdown(key: "report", "# July", description: "What was loaded.")
        try await bench.context.task("load") { try artifacts.markdown(key: "report", "# August") }
        #expect(reported.map(\.key) == ["report", "report"])
        #expect(reported.map(\.description) == ["What was loaded.", ""])
        #expect(reported[0].taskRun == nil)
        #expect(reported[1].taskRun == bench.reporter.taskStates[0].taskRun)
        #expect(content == .markdown(text: "# August", bytes: nil))
    }

    @Test func aTableHasItsColumnsAsTheyAreDeclared() throws {
        try artifacts.table(key: "days", rows: [Day(day: "01", rows: 3), Day(day: "02", rows: 4, note: "late")])
        let rows: [[JSONValue]] = [["01", 3, nil], ["02", 4, "late"]]
        #expect(
            content
                == .table(columns: ["day", "rows", "note"], rows: rows.map { [$0[0], $0[1], $0[2]] }, rowsInAll: nil)
                || content == .table(columns: ["day", "rows", "note"], rows: rows, rowsInAll: nil))
        try artifacts.table(key: "days", rows: [["b": 1, "a": 2]], columns: nil)
        #expect(content == .table(columns: ["a", "b"], rows: [[2, 1]], rowsInAll: nil))
        try artifacts.table(key: "days", rows: [Day(day: "01", rows: 3)], columns: ["rows", "none"])
        #expect(content == .table(columns: ["rows", "none"], rows: [[3, nil]], rowsInAll: nil))
        try artifacts.table(key: "days", rows: [Day]())
        #expect(content == .table(columns: [], rows: [], rowsInAll: nil))
        #expect(throws: OrchError.self) { try artifacts.table(key: "days", rows: [1, 2]) }
    }

    @Test(arguments: [
        ("https://me:hunter2@host/a?token=hunter2&year=2020", "https://host/a?token=********&year=2020"),
        ("https://host/a#access_token=hunter2", "https://host/a"), ("https://host/a#part", "https://host/a#part"),
        ("gs://lake/data/x.parquet", "gs://lake/data/x.parquet"),
    ])
    func anAddressShowsNoSecret(url: String, shown: String) throws {
        try artifacts.link(key: "dashboard", url, text: "The dashboard")
        #expect(content == .link(url: shown, text: "The dashboard"))
        try artifacts.image(key: "chart", url)
        #expect(content == .imageAddress(shown))
    }

    @Test(arguments: [
        "", "host/path", "javascript://%0aalert(1)", "https://a b", "https://host/\u{1B}[2J", "https://h\n",
    ])
    func whatIsNoAddressIsRefused(url: String) {
        #expect(throws: OrchError.self) { try artifacts.link(key: "dashboard", url) }
        #expect(reported.isEmpty)
    }

    @Test(arguments: ["", "a b", "a/b", "é", String(repeating: "k", count: 101)])
    func whatIsNoKeyIsRefused(key: String) {
        #expect(throws: OrchError.self) { try artifacts.markdown(key: key, "x") }
        #expect(reported.isEmpty)
    }

    @Test(arguments: ["x", "\u{1}", "🚕", "\"\\"])
    func aLongTextIsCutAndSaysSo(unit: String) throws {
        let text = String(repeating: unit, count: 300_000)
        try artifacts.markdown(key: "report", text)
        guard case .markdown(let kept, let bytes)? = content else {
            Issue.record("no text")
            return
        }
        #expect(bytes == text.utf8.count)
        #expect(kept.hasSuffix("… (cut, the text has \(text.utf8.count) bytes)"))
        let size = try #require(reported.last).data.jsonText.utf8.count
        #expect(size <= ArtifactLimits.contentBytes)
        #expect(size > ArtifactLimits.contentBytes / 2)
    }

    @Test func aLongTableLeavesOutItsLastRows() throws {
        let rows = (0..<20_000).map { Day(day: "\($0)", rows: $0, note: "some words to make it long") }
        try artifacts.table(key: "days", rows: rows)
        guard case .table(_, let kept, let all)? = content else {
            Issue.record("no table")
            return
        }
        #expect(all == 20_000)
        #expect(kept.count > 1000 && kept.count < 20_000)
        #expect(try #require(reported.last).data.jsonText.utf8.count <= ArtifactLimits.contentBytes)
    }

    @Test func anImageIsItsBytes() throws {
        let png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3])
        try artifacts.image(key: "chart", data: png)
        #expect(content == .image(mediaType: "image/png", base64: png.base64EncodedString()))
        #expect(throws: OrchError.self) { try artifacts.image(key: "chart", data: Data("<svg>".utf8)) }
        #expect(throws: OrchError.self) { try artifacts.image(key: "chart", data: png + Data(count: 200 << 10)) }
        #expect(reported.count == 1)
    }

    @Test func aRecordOfAnyLengthIsReadBackFromItsLines() throws {
        try artifacts.markdown(key: "report", String(repeating: "é\"\n", count: 100_000))
        let artifact = try #require(reported.last)
        let record = StreamRecord(time: Timestamp(microseconds: 5), .artifact(artifact))
        var decoder = StreamDecoder(nonce: "n", attempt: 1)
        var records: [StreamRecord] = []
        for line in record.encodeLines(nonce: "n", attempt: 1, firstSequence: 1) {
            for case .record(_, let read) in decoder.feed(line.dropLast()) { records.append(read) }
        }
        #expect(records == [record])
    }
}
