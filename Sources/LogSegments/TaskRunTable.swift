import OrchModel

/// Task runs as bytes, as they travel with a report: most of what a task run says, the one before it has said as well.
///
///     count            varint
///     rows             one for each task run
///
/// A row has a varint of flags, the identifier's 16 bytes, the attempt, what the flags say is not the same as in the row
/// before (the flow run's 16 bytes; name, type, name, message and actor of the state as a length and bytes), the state's time
/// as its difference to that of the row before, start and end as theirs to the state's, and further details in JSON. Numbers
/// are varints, differences zigzag ones.
enum TaskRunTable {
    private enum Flag {
        static let sameFlowRun: UInt64 = 1 << 0
        static let sameName: UInt64 = 1 << 1
        static let sameType: UInt64 = 1 << 2
        static let sameStateName: UInt64 = 1 << 3
        static let sameMessage: UInt64 = 1 << 4
        static let sameActor: UInt64 = 1 << 5
        static let hasStart: UInt64 = 1 << 6
        static let hasEnd: UInt64 = 1 << 7
        static let hasDetails: UInt64 = 1 << 8
        static let sameDetails: UInt64 = 1 << 9
    }

    /// What the first row is compared with.
    private static var blank: TaskRun {
        let none = Identifier(bytes: Array(repeating: 0, count: 16)) ?? .new()
        let state = RunState(.scheduled, name: "", message: "", at: Timestamp(microseconds: 0), actor: "")
        return TaskRun(id: none, flowRunID: none, name: "", attempt: 0, state: state)
    }

    // MARK: - Writing

    static func bytes(of tasks: [TaskRun]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 + tasks.count * 64)
        bytes.appendVarint(UInt64(tasks.count))
        var last = blank
        for task in tasks {
            append(task, after: last, to: &bytes)
            last = task
        }
        return bytes
    }

    private static func append(_ task: TaskRun, after last: TaskRun, to bytes: inout [UInt8]) {
        var flags: UInt64 = 0
        if task.flowRunID == last.flowRunID { flags |= Flag.sameFlowRun }
        if task.name == last.name { flags |= Flag.sameName }
        if task.state.type == last.state.type { flags |= Flag.sameType }
        if task.state.name == last.state.name { flags |= Flag.sameStateName }
        if task.state.message == last.state.message { flags |= Flag.sameMessage }
        if task.state.actor == last.state.actor { flags |= Flag.sameActor }
        if task.startedAt != nil { flags |= Flag.hasStart }
        if task.endedAt != nil { flags |= Flag.hasEnd }
        var details: [UInt8] = []
        if let known = task.details {
            if known == last.details {
                flags |= Flag.hasDetails | Flag.sameDetails
            } else if let text = try? JSONText.encode(known) {
                flags |= Flag.hasDetails
                details = Array(text.utf8)
            }
        }
        bytes.appendVarint(flags)
        task.id.write(to: &bytes)
        bytes.appendVarint(LogSegmentFormat.zigzag(Int64(task.attempt)))
        if flags & Flag.sameFlowRun == 0 { task.flowRunID.write(to: &bytes) }
        if flags & Flag.sameName == 0 { bytes.appendText(task.name) }
        if flags & Flag.sameType == 0 { bytes.appendText(task.state.type.rawValue) }
        if flags & Flag.sameStateName == 0 { bytes.appendText(task.state.name) }
        if flags & Flag.sameMessage == 0 { bytes.appendText(task.state.message) }
        if flags & Flag.sameActor == 0 { bytes.appendText(task.state.actor) }
        let at = task.state.at.microseconds
        bytes.appendVarint(LogSegmentFormat.zigzag(at &- last.state.at.microseconds))
        if let start = task.startedAt { bytes.appendVarint(LogSegmentFormat.zigzag(start.microseconds &- at)) }
        if let end = task.endedAt { bytes.appendVarint(LogSegmentFormat.zigzag(end.microseconds &- at)) }
        if flags & Flag.hasDetails != 0, flags & Flag.sameDetails == 0 {
            bytes.appendVarint(UInt64(details.count))
            bytes += details
        }
    }

    // MARK: - Reading

    /// The fewest bytes that a row has: its identifier alone has 16.
    private static let leastRow = 16

    /// - Throws: ``LogSegmentError/malformed(reason:)``.
    static func taskRuns(of bytes: [UInt8]) throws -> [TaskRun] {
        var reader = SegmentBytes(bytes)
        let count = try reader.count()
        guard count <= bytes.count / Self.leastRow else {
            throw LogSegmentError.malformed(reason: "\(count) task runs in \(bytes.count) bytes")
        }
        var tasks: [TaskRun] = []
        tasks.reserveCapacity(count)
        var last = blank
        for _ in 0..<count {
            last = try row(after: last, &reader, bytes)
            tasks.append(last)
        }
        guard reader.isAtEnd else { throw LogSegmentError.malformed(reason: "bytes follow the last task run") }
        return tasks
    }

    private static func row(after last: TaskRun, _ reader: inout SegmentBytes, _ bytes: [UInt8]) throws -> TaskRun {
        func text() throws -> String {
            let count = try reader.count()
            return String(decoding: bytes[try reader.skip(count)], as: UTF8.self)
        }
        func identifier() throws -> Identifier {
            guard let identifier = Identifier(bytes, at: try reader.skip(16).lowerBound) else {
                throw LogSegmentError.malformed(reason: "an identifier is cut off")
            }
            return identifier
        }
        func step() throws -> Int64 { LogSegmentFormat.unzigzag(try reader.varint()) }
        let flags = try reader.varint()
        var task = last
        task.id = try identifier()
        guard let attempt = Int(exactly: try step()) else { throw LogSegmentError.malformed(reason: "an attempt") }
        task.attempt = attempt
        if flags & Flag.sameFlowRun == 0 { task.flowRunID = try identifier() }
        if flags & Flag.sameName == 0 { task.name = try text() }
        if flags & Flag.sameType == 0 {
            guard let type = StateType(rawValue: try text()) else {
                throw LogSegmentError.malformed(reason: "an unknown state of a task")
            }
            task.state.type = type
        }
        if flags & Flag.sameStateName == 0 { task.state.name = try text() }
        if flags & Flag.sameMessage == 0 { task.state.message = try text() }
        if flags & Flag.sameActor == 0 { task.state.actor = try text() }
        let at = last.state.at.microseconds &+ (try step())
        task.state.at = Timestamp(microseconds: at)
        task.startedAt = flags & Flag.hasStart == 0 ? nil : Timestamp(microseconds: at &+ (try step()))
        task.endedAt = flags & Flag.hasEnd == 0 ? nil : Timestamp(microseconds: at &+ (try step()))
        if flags & Flag.hasDetails == 0 {
            task.details = nil
        } else if flags & Flag.sameDetails == 0 {
            task.details = try JSONText.decode(TaskDetails.self, from: try text())
        }
        return task
    }
}

extension [UInt8] {
    fileprivate mutating func appendText(_ text: String) {
        appendVarint(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }
}
