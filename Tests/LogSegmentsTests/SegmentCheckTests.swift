import OrchModel
import TestSupport
import Testing

@testable import LogSegments

struct SegmentCheckTests {
    private static let start = Timestamp(microseconds: 1_600_000_000_000_000)
    private static let child = Identifier.new()

    /// Lines of every source, level and kind of extra.
    private static func records(_ count: Int64) -> [LogRecord] {
        (1...count).map { number in
            LogRecord(
                attempt: 1, source: LogSegmentFormat.sources[Int(number % 4)], sequence: number,
                at: start + .microseconds(number * 7 % 13), level: LogRecord.Level.allCases[Int(number % 3)],
                message: "line \(number)", logger: number % 5 == 0 ? "flow" : nil,
                taskRunID: number % 7 == 0 ? child : nil, childRunID: number % 6 == 0 ? child : nil)
        }
    }

    private static func segment(_ count: Int64 = 60) throws -> LogSegment {
        try #require(try LogSegment.packing(records(count)))
    }

    @Test func whatAnAgentPacksIsTaken() throws {
        try [Self.segment(), Self.segment(1)].check()
        try [LogSegment]().check()
    }

    @Test func countsThatDoNotAgreeAreRefused() throws {
        for (lines, bytes) in [(59, 411), (61, 411), (60, 1), (60, 1 << 40)] {
            var segment = try Self.segment()
            #expect(segment.head.lines == 60 && segment.head.bytes == 411)
            (segment.head.lines, segment.head.bytes) = (lines, bytes)
            #expect(throws: LogSegmentError.self) { try [segment].check() }
        }
    }

    @Test func everyPartOfAHeadIsCompared() throws {
        let changes: [(inout LogSegment.Head) -> Void] = [
            { $0.earliest = $0.earliest + .microseconds(1) }, { $0.latest = $0.latest + .microseconds(1) },
            { $0.level = .critical }, { $0.children = [] }, { $0.children = [.new()] }, { $0.flow = nil },
            { $0.flow?.last = .max }, { $0.stdout?.last = 1 << 40 }, { $0.stderr = .init(first: 9, last: 2) },
            { $0.remarks.removeLast() }, { $0.remarks.append(99) }, { $0.isOrdered = false },
        ]
        for (index, change) in changes.enumerated() {
            var segment = try Self.segment()
            change(&segment.head)
            let error = #expect(throws: LogSegmentError.self, "change \(index)") { try [segment].check() }
            guard case .malformed(let reason) = error else { continue }
            #expect(reason.hasPrefix("segment 1 of 1: its head has another "))
        }
    }

    @Test(arguments: [LogRecord.Source.flow, .stdout, .stderr])
    func aNumberThatWouldHideAllLaterLinesIsRefused(source: LogRecord.Source) throws {
        func segment(_ number: Int64) throws -> LogSegment {
            let line = LogRecord(
                attempt: 1, source: source, sequence: number, at: Self.start, level: .info, message: "x")
            return try #require(try LogSegment.packing([line]))
        }
        try [segment(LogRecord.greatestSequence)].check()
        #expect(throws: LogSegmentError.self) { try [segment(LogRecord.greatestSequence + 1)].check() }
        #expect(throws: LogSegmentError.self) { try [segment(.max)].check() }
    }

    @Test func segmentsThatUnpackToTooMuchAreRefused() throws {
        var line = Self.records(1)[0]
        line.message = String(repeating: "a", count: 50 << 20)
        let large = try #require(try LogSegment.packing([line]))
        try [large, large].check()
        #expect(throws: LogSegmentError.self) { try [large, large, large].check() }
    }

    /// Whatever was changed: no trap, and what is taken is what its head says.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func mutationsAreRefusedOrRightAndNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let whole = try Self.segment()
        let content = try ZstdFrame.unpacked(whole.content, limit: 1 << 20)
        for _ in 0..<150 {
            let packed = try ZstdFrame.packed(mutated(content, using: &random))
            try examine([LogSegment(head: whole.head, content: packed)])
            try examine([LogSegment(head: whole.head, content: mutated(whole.content, using: &random))])
        }
        let body = try ReportPackage.pack(AttemptReport(token: "t", records: Self.records(9)))
        for _ in 0..<150 {
            guard let report = try? ReportPackage.unpack(mutated(body, using: &random)) else { continue }
            try examine(report.segments)
        }
    }

    private func examine(_ segments: [LogSegment]) throws {
        guard (try? segments.check()) != nil else { return }
        for segment in segments {
            let records = try LogSegmentReader(segment.content).records(attempt: 1)
            // A line's time may be any: it is written out where the line is shown.
            for record in records { #expect(!record.at.description.isEmpty) }
            var head = try #require(try LogSegment.packing(records)).head
            // Bytes that are no UTF-8 are repaired when they are read.
            head.bytes = segment.head.bytes
            #expect(head == segment.head)
        }
    }

    private func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            guard let index = bytes.indices.randomElement(using: &random) else { return bytes }
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(.random(in: 0...255, using: &random), at: index)
            default: bytes.removeSubrange(index..<min(bytes.count, index + 9))
            }
        }
        return bytes
    }
}
