/// Records that are gathered to be one physical line of a run stream: each line costs the engine and the agent as much as
/// many records do.
///
/// Numbers are given when a record is added, as the journal has it on a line of its own. That a task is at work is left out
/// where its end is told in the same line: the end says when it began.
public struct StreamBatch: Sendable {
    private struct Entry {
        var sequence: Int
        var content: [UInt8]
        /// The task, and its attempt, of which it tells only that it is at work.
        var begun: Begun?
    }

    private struct Begun: Equatable {
        var taskRun: Identifier
        var attempt: Int
    }

    private let head: [UInt8]
    private var entries: [Entry] = []
    private var first = 0
    private var last = 0
    private var bytes = 0

    /// A batch that holds nothing.
    ///
    /// - Parameters:
    ///   - nonce: the attempt's mark, see ``StreamNonce``.
    ///   - attempt: the attempt, from 1.
    public init(nonce: String, attempt: Int) {
        head = StreamLine.head(nonce: nonce, attempt: attempt)
    }

    /// Whether there is nothing to write.
    public var isEmpty: Bool { last == 0 }

    /// What a line has beside its head and its records, with two numbers of up to 20 digits.
    private static let frame = 70
    /// What an entry has beside its content.
    private static let entryFrame = 30

    /// Whether a record has room behind those that are there.
    public func holds(_ content: [UInt8]) -> Bool {
        head.count + Self.frame + bytes + content.count + Self.entryFrame <= StreamRecord.maximumLineBytes
    }

    /// The line that a record has alone, as the journal keeps it; nil where it is too long for one.
    public func line(of content: [UInt8], sequence: Int) -> [UInt8]? {
        StreamLine.line(of: content, head: head, sequence: sequence)
    }

    /// Adds a record that has room.
    ///
    /// - Parameters:
    ///   - content: what ``StreamRecord/encodeContent()`` made of it.
    ///   - sequence: its number, the one that follows the last record's.
    ///   - kind: what it tells.
    public mutating func add(_ content: [UInt8], sequence: Int, _ kind: StreamRecord.Kind) {
        if isEmpty { first = sequence }
        last = sequence
        var begun: Begun?
        if case .taskState(let task) = kind {
            let told = Begun(taskRun: task.taskRun, attempt: task.attempt)
            if task.state.type == .running, task.line == nil, task.details?.progress == nil { begun = told }
            if task.state.type.isTerminal, let place = entries.lastIndex(where: { $0.begun == told }) {
                bytes -= entries[place].content.count + Self.entryFrame
                entries.remove(at: place)
            }
        }
        entries.append(Entry(sequence: sequence, content: content, begun: begun))
        bytes += content.count + Self.entryFrame
    }

    /// Takes what was added as one line, its newline included; empty where there is nothing.
    public mutating func takeLine() -> [UInt8] {
        guard let only = entries.first else { return [] }
        defer { (entries, first, last, bytes) = ([], 0, 0, 0) }
        if entries.count == 1, first == last, let line = line(of: only.content, sequence: first) { return line }
        var line = head
        line.reserveCapacity(StreamRecord.maximumLineBytes)
        line += "\(first),\"last\":\(last),\"records\":[".utf8
        for (index, entry) in entries.enumerated() {
            line += index == 0 ? "{\"seq\":".utf8 : ",{\"seq\":".utf8
            line += String(entry.sequence).utf8
            line.append(UInt8(ascii: ","))
            line += entry.content[1...]
        }
        line += "]}\n".utf8
        return line
    }
}
