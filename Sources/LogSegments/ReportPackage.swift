import FoundationEssentials
package import OrchModel

/// A report on its way with its lines and its task runs packed: a length, a head in JSON, each segment's length and content,
/// and the task runs' length and table.
///
/// The first version had task runs in its head. One without task runs is of that version still, so that older controllers
/// read it; others refuse it, and are sent JSON.
///
/// Lengths are 32 bits, the most significant byte first.
package enum ReportPackage {
    /// What the body of a request says it is.
    package static let contentType = "application/vnd.orch.report"
    /// The newest version of the head.
    package static let version = 2

    private struct Head: Codable {
        var version: Int
        var report: AttemptReport
        var segments: [LogSegment.Head]
    }

    private struct Version: Decodable {
        var version: Int
    }

    /// The body of a report; its lines and task runs are packed.
    ///
    /// - Throws: ``LogSegmentError``; what JSON encoding throws.
    package static func pack(_ report: AttemptReport) throws -> [UInt8] {
        var rest = report
        rest.records = []
        var segments = report.segments
        if let segment = try LogSegment.packing(report.records) { segments.append(segment) }
        rest.segments = []
        let tasks = report.taskRuns.isEmpty ? nil : TaskRunTable.bytes(of: report.taskRuns)
        rest.taskRuns = []
        let head = try JSONEncoder().encode(
            Head(version: tasks == nil ? 1 : version, report: rest, segments: segments.map(\.head)))
        var body: [UInt8] = []
        body.reserveCapacity(segments.reduce(head.count + 8 + (tasks?.count ?? 0)) { $0 + $1.content.count + 4 })
        body.appendLength(head.count)
        body += head
        for segment in segments {
            body.appendLength(segment.content.count)
            body += segment.content
        }
        if let tasks {
            body.appendLength(tasks.count)
            body += tasks
        }
        return body
    }

    /// The report of a body, its lines in segments as they came.
    ///
    /// - Throws: ``LogSegmentError`` where the body is none or of a newer version; what JSON decoding throws.
    package static func unpack(_ body: [UInt8]) throws -> AttemptReport {
        var rest = body[...]
        let json = Data(try part(of: &rest))
        let decoder = JSONDecoder()
        let told = try decoder.decode(Version.self, from: json).version
        guard (1...version).contains(told) else { throw LogSegmentError.newerVersion(told) }
        let head = try decoder.decode(Head.self, from: json)
        var report = head.report
        for segment in head.segments {
            // Numbers that no content can have would end up in sums.
            guard (1...LogSegmentFormat.longestContent).contains(segment.lines),
                (0...LogSegmentFormat.longestContent).contains(segment.bytes)
            else {
                throw LogSegmentError.malformed(reason: "a segment of \(segment.lines) lines, \(segment.bytes) bytes")
            }
            report.segments.append(LogSegment(head: segment, content: Array(try part(of: &rest))))
        }
        if told > 1 { report.taskRuns += try TaskRunTable.taskRuns(of: Array(try part(of: &rest))) }
        guard rest.isEmpty else { throw LogSegmentError.malformed(reason: "\(rest.count) bytes follow the last one") }
        return report
    }

    /// What follows a length.
    private static func part(of bytes: inout ArraySlice<UInt8>) throws(LogSegmentError) -> ArraySlice<UInt8> {
        guard bytes.count >= 4 else { throw .malformed(reason: "a length is cut off") }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count - 4 >= length else {
            throw .malformed(reason: "\(length) bytes were to follow, \(bytes.count - 4) do")
        }
        let part = bytes.dropFirst(4).prefix(length)
        bytes = bytes.dropFirst(4 + length)
        return part
    }
}

extension [UInt8] {
    fileprivate mutating func appendLength(_ length: Int) {
        for shift in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: length >> shift)) }
    }
}
