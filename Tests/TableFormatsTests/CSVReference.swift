@testable import TableFormats

/// CSV read the slow and obvious way, byte by byte, to compare the fast reader with.
struct CSVReference {
    enum Outcome: Equatable {
        case row([[UInt8]])
        case blankLine, emptyRecord
        case bad(reason: String, record: [UInt8])
    }

    let bytes: [UInt8]
    let columnCount: Int
    let maximumRecordBytes: Int
    private let comma = UInt8(ascii: ",")
    private let newline = UInt8(ascii: "\n")
    private let quote = UInt8(ascii: "\"")

    init(_ bytes: [UInt8], columnCount: Int, maximumRecordBytes: Int) {
        self.bytes = bytes
        self.columnCount = columnCount
        self.maximumRecordBytes = maximumRecordBytes
    }

    /// Every record from `start` on, with its line and byte.
    func records(from start: Int, line: Int) -> [(line: Int, byte: Int, outcome: Outcome)] {
        var found: [(line: Int, byte: Int, outcome: Outcome)] = []
        var (position, line) = (start, line)
        while position < bytes.count {
            let (outcome, next) = record(at: position)
            found.append((line, position, outcome))
            line += bytes[position..<next].count { $0 == newline }
            position = next
        }
        return found
    }

    private func record(at start: Int) -> (Outcome, next: Int) {
        var fields: [[UInt8]] = []
        var isMalformed = false
        var position = start
        while true {
            var field: [UInt8] = []
            let afterBlanks = skipBlanks(position)
            if afterBlanks < bytes.count, bytes[afterBlanks] == quote {
                position = afterBlanks + 1
                while true {
                    guard position < bytes.count else { return firstLine(start, "a quote opens and never closes") }
                    if bytes[position] != quote {
                        field.append(bytes[position])
                        position += 1
                    } else if position + 1 < bytes.count, bytes[position + 1] == quote {
                        field.append(quote)
                        position += 2
                    } else {
                        break
                    }
                }
                position += 1
                while position < bytes.count, bytes[position] != comma, bytes[position] != newline {
                    if !isBlank(bytes[position]) { isMalformed = true }
                    position += 1
                }
            } else {
                while position < bytes.count, bytes[position] != comma, bytes[position] != newline {
                    field.append(bytes[position])
                    position += 1
                }
                while position == bytes.count || bytes[position] == newline, field.last == 0x0D { field.removeLast() }
            }
            fields.append(field)
            if position < bytes.count, bytes[position] == comma { position += 1 } else { break }
        }
        let next = min(position + 1, bytes.count)
        guard next - start <= maximumRecordBytes else { return firstLine(start, "a record is longer than") }
        return (outcome(fields, start, position, isMalformed), next)
    }

    private func outcome(_ fields: [[UInt8]], _ start: Int, _ end: Int, _ isMalformed: Bool) -> Outcome {
        let text = Array(bytes[start..<end])
        let record = text.last == 0x0D ? text.dropLast() : text
        if isMalformed { return .bad(reason: "expected a comma or the end of the line", record: record) }
        if text.allSatisfy({ isBlank($0) || $0 == comma }) { return fields.count == 1 ? .blankLine : .emptyRecord }
        let surplus = fields.dropFirst(columnCount)
        if fields.count >= columnCount, surplus.allSatisfy({ $0.allSatisfy { isBlank($0) || $0 == newline } }) {
            return .row(Array(fields.prefix(columnCount)))
        }
        let reason = hasLoneReturn(record) ? "a carriage return without" : "expected \(columnCount) fields"
        return .bad(reason: reason, record: record)
    }

    /// A record without an end ends with its first line.
    private func firstLine(_ start: Int, _ reason: String) -> (Outcome, next: Int) {
        let end = bytes[start...].firstIndex(of: newline) ?? bytes.count
        let isTooLong = bytes.count - start > maximumRecordBytes
        let line = Array(bytes[start..<end])
        let record = (line.last == 0x0D ? line.dropLast() : line).prefix(maximumRecordBytes)
        let reasonOfLength = hasLoneReturn(record) ? "a carriage return without" : "a record is longer than"
        let reason = isTooLong ? reasonOfLength : reason
        return (.bad(reason: reason, record: Array(record)), min(end + 1, bytes.count))
    }

    private func hasLoneReturn(_ record: some Sequence<UInt8>) -> Bool {
        zip(record, record.dropFirst()).contains { $0 == 0x0D && $1 != newline && $1 != 0x0D }
    }

    private func skipBlanks(_ start: Int) -> Int {
        bytes[start...].firstIndex { !isBlank($0) } ?? bytes.count
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
