/// A physical line of a run stream that holds whole records: one, or several that were gathered.
///
/// A line of one record:
///
///     {"orch":1,"nonce":"0123456789abcdef","attempt":1,"seq":7,"time":"…","log":{…}}
///
/// A line of several begins with the first number that is new, says the last one, and each of its records has its own. A
/// number that none has was that of a record which a later one of the line made needless:
///
///     {"orch":1,"nonce":"0123456789abcdef","attempt":1,"seq":7,"last":9,"records":[{"seq":8,"time":"…","taskState":{…}},…]}
struct StreamLine {
    /// One record of a line.
    struct Entry {
        var sequence: Int
        var record: StreamRecord
    }

    /// The first number that the line tells of.
    var first: Int
    /// The last one.
    var last: Int
    /// In the order of their numbers.
    var entries: [Entry]

    /// What every line of an attempt begins with; its number follows.
    static func head(nonce: String, attempt: Int) -> [UInt8] {
        Array("{\"orch\":\(StreamRecord.protocolVersion),\"nonce\":\"\(nonce)\",\"attempt\":\(attempt),\"seq\":".utf8)
    }

    /// The line of one record, its newline included; nil where it would be too long.
    static func line(of content: [UInt8], nonce: String, attempt: Int, sequence: Int) -> [UInt8]? {
        line(of: content, head: head(nonce: nonce, attempt: attempt), sequence: sequence)
    }

    static func line(of content: [UInt8], head: [UInt8], sequence: Int) -> [UInt8]? {
        let number = String(sequence)
        guard head.count + number.utf8.count + content.count + 1 <= StreamRecord.maximumLineBytes else { return nil }
        var line: [UInt8] = []
        line.reserveCapacity(head.count + number.utf8.count + content.count + 1)
        line += head
        line += number.utf8
        line.append(UInt8(ascii: ","))
        line += content[1...]
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// Reads a line, without its newline, that begins with `head`.
    ///
    /// - Returns: nil where it is in any other form than programs write it; it may still be a line of the stream.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, head: [UInt8]) -> StreamLine? {
        guard bytes.count > head.count, bytes.starts(with: head) else { return nil }
        var reader = JSONReader(bytes)
        reader.index = head.count
        return try? reader.streamLine()
    }

    /// Reads the object of a line of several records; nil where it is none.
    init?(first: Int, object: JSONValue) {
        guard let last = object["last"]?.intValue.flatMap({ Int(exactly: $0) }),
            let records = object["records"]?.arrayValue
        else { return nil }
        let entries = records.compactMap { record -> Entry? in
            guard let sequence = record["seq"]?.intValue.flatMap({ Int(exactly: $0) }) else { return nil }
            return StreamRecord(wire: record).map { Entry(sequence: sequence, record: $0) }
        }
        guard entries.count == records.count else { return nil }
        self.init(first: first, last: last, entries: entries)
    }

    /// - Returns: nil where the numbers contradict each other.
    init?(first: Int, last: Int, entries: [Entry]) {
        guard last >= first, last - first <= Self.mostNumbers, last <= StreamDecoder.greatestSequence else {
            return nil
        }
        var before = first - 1
        for entry in entries {
            guard entry.sequence > before, entry.sequence <= last else { return nil }
            before = entry.sequence
        }
        (self.first, self.last, self.entries) = (first, last, entries)
    }

    /// How many numbers a line of several records may tell of: far more than it has room for.
    private static let mostNumbers = 10_000
}

extension JSONReader {
    /// Reads a line from its number on.
    fileprivate mutating func streamLine() throws -> StreamLine {
        let first = try integer()
        guard first > 0, first <= StreamDecoder.greatestSequence, take(",") else { throw error("expected a number") }
        if skips("\"last\":") {
            let last = try integer()
            guard skips(",\"records\":[") else { throw error("expected records") }
            var entries: [StreamLine.Entry] = []
            entries.reserveCapacity(16)
            repeat { entries.append(try entry()) } while take(",")
            guard skips("]}"), index == bytes.count,
                let line = StreamLine(first: first, last: last, entries: entries)
            else { throw error("expected the end of the line") }
            return line
        }
        let record = try streamRecord()
        guard index == bytes.count else { throw error("expected the end of the line") }
        return StreamLine(first: first, last: first, record: record)
    }

    private mutating func entry() throws -> StreamLine.Entry {
        guard skips("{\"seq\":") else { throw error("expected a record's number") }
        let sequence = try integer()
        guard take(",") else { throw error("expected a record") }
        return StreamLine.Entry(sequence: sequence, record: try streamRecord())
    }
}

extension StreamLine {
    fileprivate init(first: Int, last: Int, record: StreamRecord) {
        (self.first, self.last, entries) = (first, last, [Entry(sequence: first, record: record)])
    }
}
