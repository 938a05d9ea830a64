import OrchModel
import TestSupport
import Testing

@testable import LogSegments

struct LogSegmentTests {
    private static let start = Timestamp(microseconds: 1_600_000_000_000_000)

    private func line(
        _ sequence: Int64, _ message: String = "a line", source: LogRecord.Source = .stdout,
        level: LogRecord.Level = .info, at offset: Int64 = 0, logger: String? = nil, task: Identifier? = nil,
        child: Identifier? = nil
    ) -> LogRecord {
        LogRecord(
            attempt: 3, source: source, sequence: sequence, at: Self.start + .microseconds(offset), level: level,
            message: message, logger: logger, taskRunID: task, childRunID: child)
    }

    private func segment(_ records: [LogRecord]) throws -> LogSegment {
        try #require(try LogSegment.packing(records))
    }

    @Test func linesComeBackAsTheyWere() throws {
        let (task, child) = (Identifier.new(), Identifier.new())
        let records = [
            line(1, ""), line(2, "tab\tand\nnewline", at: 5),
            line(1, "a\u{0}b", source: .stderr, level: .error, at: -9),
            line(7, "žluťoučký 🚕", source: .flow, level: .critical, logger: "task.extract", task: task, child: child),
            line(-1, "x", source: .orch, logger: "server"), line(.max, "y", source: .orch, level: .debug),
            line(.min, "z", source: .orch, level: .warning, at: 1 << 50),
            line(9, String(repeating: "long ", count: 300_000), source: .flow, logger: "task.extract", child: child),
            line(3, source: .stdout, at: .min / 4), line(2, source: .stderr),
        ]
        let segment = try segment(records)
        #expect(try LogSegmentReader(segment.content).records(attempt: 3) == records)
        #expect(segment.head.lines == records.count)
        #expect(segment.head.bytes == records.reduce(0) { $0 + $1.message.utf8.count })
        #expect(segment.head.level == .critical)
        #expect(segment.head.earliest == records.map(\.at).min())
        #expect(segment.head.latest == records.map(\.at).max())
        #expect(segment.head.children == [child])
        #expect(segment.head.flow == LogSegment.Span(first: 7, last: 9))
        #expect(segment.head.stdout == LogSegment.Span(first: 1, last: 3))
        #expect(segment.head.stderr == LogSegment.Span(first: 1, last: 2))
        #expect(segment.head.remarks == [-1, .max, .min])
        #expect(segment.head.isOrdered)
    }

    @Test func nothingIsNoSegment() throws {
        #expect(try LogSegment.packing([]) == nil)
    }

    @Test func numbersThatDoNotRiseAreTold() throws {
        #expect(try !segment([line(1), line(1)]).head.isOrdered)
        #expect(try !segment([line(2), line(1)]).head.isOrdered)
        #expect(try segment([line(2), line(1, source: .stderr), line(9)]).head.isOrdered)
    }

    @Test func plainLinesTakeFewBytes() throws {
        let records = (1...10_000).map { line($0, "2020-07-01 row \($0) of the file was loaded", at: $0 * 3) }
        let segment = try segment(records)
        #expect(segment.content.count < segment.head.bytes / 5)
    }

    @Test func damageIsFoundAndNeverTraps() throws {
        let records = (1...50).map { line($0, "message \($0)", logger: "flow", task: .new(), child: .new()) }
        let content = try segment(records).content
        for index in content.indices {
            var damaged = content
            damaged[index] ^= 0x41
            // Some bits of a frame's head say nothing about what it holds.
            let read = Result { try LogSegmentReader(damaged).records(attempt: 3) }
            if case .success(let lines) = read { #expect(lines == records) }
            #expect(throws: LogSegmentError.self) {
                try LogSegmentReader(Array(content[..<index])).records(attempt: 3)
            }
        }
    }

    @Test func bytesOfAnotherSenderNeverTrap() throws {
        var random = SeededGenerator(seed: SeededGenerator.seed(4))
        for round in 0..<5000 {
            var bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                UInt8.random(in: 0...(round.isMultiple(of: 2) ? 255 : 9), using: &random)
            }
            if !bytes.isEmpty { bytes[0] = 1 }
            let packed = try ZstdFrame.packed(bytes)
            // Whatever it is, the answer is lines or an error.
            _ = Result { try LogSegmentReader(packed).records(attempt: 1) }
        }
    }

    @Test func aNewerVersionIsNamed() throws {
        #expect(throws: LogSegmentError.newerVersion(2)) { try LogSegmentReader(try ZstdFrame.packed([2, 0, 0])) }
    }

    @Test(arguments: ["a", "rows", "x rows x", "ž", "", "zz", "aab"])
    func aTextIsFoundWhereItIs(text: String) {
        let haystack = Array("aaab the rows of a žluťoučký x rows xx file zzz".utf8)
        let (pattern, needle) = (TextPattern(text), Array(text.utf8))
        for offset in 0...haystack.count {
            let expected = (offset...haystack.count).first { haystack[$0...].starts(with: needle) }
            #expect(haystack.withUnsafeBytes { pattern.firstPlace(in: $0, from: offset) } == expected)
        }
    }

    @Test func aReportComesBackWithItsLinesPacked() throws {
        let records = (1...100).map { line($0, "line \($0)") }
        var report = AttemptReport(
            token: "t", records: records, metrics: ["rows": 1],
            state: RunState(.running, message: "m", at: Self.start, actor: "agent a1"))
        let body = try ReportPackage.pack(report)
        let unpacked = try ReportPackage.unpack(body)
        #expect(unpacked.records.isEmpty)
        #expect(unpacked.token == "t" && unpacked.metrics == ["rows": 1] && unpacked.state == report.state)
        #expect(unpacked.segments.count == 1)
        #expect(try LogSegmentReader(unpacked.segments[0].content).records(attempt: 3) == records)
        // Segments that are there already go before the lines.
        report.segments = unpacked.segments
        #expect(try ReportPackage.unpack(ReportPackage.pack(report)).segments.count == 2)
        for end in 0..<body.count {
            #expect(throws: (any Error).self) { try ReportPackage.unpack(Array(body[..<end])) }
        }
        #expect(throws: LogSegmentError.self) { try ReportPackage.unpack(body + [0]) }
    }
}
