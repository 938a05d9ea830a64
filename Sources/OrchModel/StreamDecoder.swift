/// Reads the lines of a container's standard output back into the records of a run stream.
///
/// Feed it each line once, in order. It decides nothing about time and does no I/O.
public struct StreamDecoder: Sendable {
    /// What a line turned out to be.
    public enum Event: Sendable, Hashable {
        /// A record, complete; `sequence` is that of its last line.
        case record(sequence: Int, StreamRecord)
        /// A line that the flow program did not write as a record, without its newline.
        case plain([UInt8])
        /// Lines that never came: their sequence numbers, both ends included.
        case gap(from: Int, to: Int)
        /// Lines of a record whose other lines never came, or that cannot be read, both ends included.
        case incomplete(from: Int, to: Int)
    }

    /// The largest record that is put together from parts, in bytes.
    public static let maximumRecordBytes = 64 * 1024 * 1024

    /// The greatest sequence number that a program counts up to; a line with a greater one is plain text.
    static let greatestSequence = 1 << 53

    private struct Parts: Sendable {
        var first: Int
        var received: Int
        var count: Int
        var bytes: [UInt8]
    }

    private let nonce: String
    private let attempt: Int
    private let prefix: [UInt8]
    private let head: [UInt8]
    private var parts: Parts?

    /// The sequence number of the last line seen.
    public private(set) var last: Int
    /// The numbers that miss before the line that ``feed(_:stoppingAtGap:)`` did not read; `nil` where it read on.
    public private(set) var gap: ClosedRange<Int>?
    /// The greatest number of a line that came torn: it is plain text, yet its number shows that it is missing.
    public private(set) var announced: Int

    /// A decoder of one attempt's output.
    ///
    /// - Parameters:
    ///   - nonce: the attempt's mark, see ``StreamNonce``; a line without it is plain text.
    ///   - attempt: the attempt, from 1.
    ///   - after: the last sequence number already known; lines up to it are passed over. Defaults to 0.
    public init(nonce: String, attempt: Int, after: Int = 0) {
        self.nonce = nonce
        self.attempt = attempt
        prefix = Array("{\"orch\":".utf8)
        head = StreamLine.head(nonce: nonce, attempt: attempt)
        last = after
        announced = after
    }

    /// Reads one line, with or without its newline.
    ///
    /// - Returns: what became of it, in order; nothing for a line already seen, or for a part of a longer record.
    public mutating func feed(_ line: some Collection<UInt8>) -> [Event] {
        feed(line, stoppingAtGap: false) ?? []
    }

    /// Reads one line, unless numbers miss before it: then it is not read and ``gap`` tells which.
    ///
    /// - Returns: as ``feed(_:)``; `nil` where the line was not read. Feed it again once the missing lines were fed, or
    ///   are given up.
    public mutating func feed(_ line: some Collection<UInt8>, stoppingAtGap: Bool) -> [Event]? {
        gap = nil
        var bytes = Array(line)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if let line = bytes.withUnsafeBufferPointer({ StreamLine.read($0, head: head) }) {
            return take(line, stoppingAtGap: stoppingAtGap)
        }
        // In another form, or none of the stream's.
        guard let (sequence, object) = numbered(bytes) else {
            if let torn = tornNumber(of: bytes) { announced = max(announced, torn) }
            return [.plain(bytes)]
        }
        if let line = StreamLine(first: sequence, object: object) { return take(line, stoppingAtGap: stoppingAtGap) }
        guard sequence > last else { return [] }
        if stoppingAtGap, sequence > last + 1 {
            gap = last + 1...sequence - 1
            return nil
        }
        var events: [Event] = []
        if sequence > last + 1 {
            events += dropParts()
            events.append(.gap(from: last + 1, to: sequence - 1))
        }
        last = sequence
        if let part = object["part"]?.intValue, let count = object["of"]?.intValue,
            let text = object["text"]?.stringValue
        {
            return events + join(part: Int(part), of: Int(count), text: text, sequence: sequence)
        }
        events += dropParts()
        if let record = StreamRecord(wire: object) {
            events.append(.record(sequence: sequence, record))
        } else {
            events.append(.incomplete(from: sequence, to: sequence))
        }
        return events
    }

    /// The records of a line that are new; nil where numbers miss before it and that is to be told.
    private mutating func take(_ line: StreamLine, stoppingAtGap: Bool) -> [Event]? {
        guard line.last > last else { return [] }
        if stoppingAtGap, line.first > last + 1 {
            gap = last + 1...line.first - 1
            return nil
        }
        var events: [Event] = []
        events.reserveCapacity(line.entries.count)
        if line.first > last + 1 {
            events += dropParts()
            events.append(.gap(from: last + 1, to: line.first - 1))
        }
        events += dropParts()
        for entry in line.entries where entry.sequence > last {
            events.append(.record(sequence: entry.sequence, entry.record))
        }
        last = line.last
        return events
    }

    /// Ends the stream: reports the record that was still waiting for its other lines, and lines that came torn, if any.
    public mutating func finish() -> [Event] {
        var events = dropParts()
        if announced > last {
            events.append(.gap(from: last + 1, to: announced))
            last = announced
        }
        return events
    }

    /// The number of a whole line that the program wrote; `nil` for any other text.
    public func number(of line: some Collection<UInt8>) -> Int? {
        numbered(Array(line))?.sequence
    }

    private func numbered(_ bytes: [UInt8]) -> (sequence: Int, object: JSONValue)? {
        guard bytes.starts(with: prefix), let object = try? JSONValue(parsing: bytes),
            object["nonce"]?.stringValue == nonce, object["attempt"]?.intValue == Int64(attempt),
            let sequence = object["seq"]?.intValue.flatMap({ Int(exactly: $0) }), sequence <= Self.greatestSequence
        else { return nil }
        return (sequence, object)
    }

    /// The number of a line of the program's own that came torn, or ran into the next one; `nil` for any other text.
    private func tornNumber(of bytes: [UInt8]) -> Int? {
        // The nonce is in the first bytes that every line has: `{"orch":1,"nonce":"0123456789abcdef","attempt":1,"seq":7,`.
        let head = bytes.prefix(120)
        guard bytes.starts(with: prefix), (try? JSONValue(parsing: bytes)) == nil,
            head.firstRange(of: Array("\"nonce\":\"\(nonce)\",\"attempt\":\(attempt),".utf8)) != nil
        else { return nil }
        guard let key = head.firstRange(of: Array("\"seq\":".utf8)) else { return last + 1 }
        let digits = head[key.upperBound...].prefix { $0 >= 0x30 && $0 <= 0x39 }
        let isWhole = head[key.upperBound...].count > digits.count
        guard isWhole, let number = Int(String(decoding: digits, as: UTF8.self)), number <= Self.greatestSequence
        else { return last + 1 }
        return number
    }

    private mutating func dropParts() -> [Event] {
        guard let parts else { return [] }
        self.parts = nil
        return [.incomplete(from: parts.first, to: parts.first + parts.received - 1)]
    }

    private mutating func join(part: Int, of count: Int, text: String, sequence: Int) -> [Event] {
        var events: [Event] = []
        if part == 1 {
            events += dropParts()
            parts = Parts(first: sequence, received: 0, count: count, bytes: [])
        }
        guard var joined = parts, part == joined.received + 1, count == joined.count,
            joined.bytes.count + text.utf8.count <= Self.maximumRecordBytes
        else { return events + dropParts() + [.incomplete(from: sequence, to: sequence)] }
        parts = nil
        joined.received = part
        joined.bytes.append(contentsOf: text.utf8)
        guard part == count else {
            parts = joined
            return events
        }
        guard let object = try? JSONValue(parsing: joined.bytes), let record = StreamRecord(wire: object) else {
            return events + [.incomplete(from: joined.first, to: sequence)]
        }
        return events + [.record(sequence: sequence, record)]
    }
}
