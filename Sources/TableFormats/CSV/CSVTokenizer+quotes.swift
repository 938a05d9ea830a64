extension CSVTokenizer {
    /// Where the reading of text with quotes stands.
    private struct Place {
        /// Where the record begins.
        var record: Int
        /// Where the field begins.
        var field: Int
        /// Whether a quoted field is open, and the quote that opened the last.
        var isOpen = false
        var opened = -1
        /// The quote that closed the last quoted field.
        var closed = -1
        /// The second of the last two quotes that stand for one.
        var doubled = -1
        /// The first flaw of the record.
        var flaw: Flaw?

        init(at position: Int) {
            (record, field) = (position, position)
        }
    }

    /// Finds records as `readTile` says, in bytes that may hold quotes.
    func readQuoted(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, isFinal: Bool) {
        var place = Place(at: start)
        var position = start
        while recordCount < Self.tileRecords {
            if position < end {
                let masks = CSVByteMasks(bytes + position, count: end - position, withQuotes: true)
                read(masks, bytes, at: position, to: end, isFinal: isFinal, &place)
                position = min(position + 64, end)
                guard position - place.record > maximumRecordBytes else { continue }
                guard isFinal else { return }
                giveUp(.tooLong, bytes, from: place.record, to: end)
            } else {
                guard isFinal, place.record < end else { return }
                guard place.isOpen else {
                    endField(bytes, at: end, &place)
                    finishRecord(at: end, &place)
                    return
                }
                giveUp(.unterminatedQuote(at: place.opened), bytes, from: place.record, to: end)
            }
            // Of the record only the first line was taken; what follows is read anew.
            position = Int(separators[last]) + 1
            place = Place(at: position)
        }
    }

    /// Takes in the special bytes of a group of 64. Stops early at the end of a record that is too long.
    @inline(__always)
    private func read(
        _ masks: CSVByteMasks, _ bytes: UnsafePointer<UInt8>, at position: Int, to end: Int, isFinal: Bool,
        _ place: inout Place
    ) {
        var marks = masks.commas | masks.newlines | masks.quotes
        while marks != 0 {
            let mark = position &+ marks.trailingZeroBitCount
            marks &= marks &- 1
            let byte = bytes[mark]
            if place.isOpen {
                guard byte == CSVByteMasks.quote, mark != place.doubled else { continue }
                if mark + 1 < end, bytes[mark + 1] == CSVByteMasks.quote {
                    place.doubled = mark + 1
                } else if mark + 1 < end || isFinal {
                    (place.isOpen, place.closed) = (false, mark)
                }
            } else if byte == CSVByteMasks.quote {
                guard CSVFieldSpan.isBlank(bytes, place.field, mark) else { continue }
                (place.isOpen, place.opened) = (true, mark)
            } else {
                endField(bytes, at: mark, &place)
                if byte == CSVByteMasks.comma {
                    add(mark)
                } else {
                    guard mark + 1 - place.record <= maximumRecordBytes else { return }
                    finishRecord(at: mark, &place)
                }
                place.field = mark + 1
            }
        }
    }

    /// Sees to it that only blanks follow a closing quote.
    @inline(__always)
    private func endField(_ bytes: UnsafePointer<UInt8>, at end: Int, _ place: inout Place) {
        guard place.closed >= place.field, place.closed + 1 < end else { return }
        for index in (place.closed + 1)..<end where !CSVFieldSpan.isBlank(bytes[index]) {
            place.flaw = place.flaw ?? .textAfterQuote(at: index)
            return
        }
    }

    private func finishRecord(at end: Int, _ place: inout Place) {
        if let flaw = place.flaw { flaws.append((recordCount, flaw)) }
        endRecord(at: end)
        place.record = end + 1
        place.flaw = nil
    }

    /// Ends a record that has no end with its first line.
    private func giveUp(_ flaw: Flaw, _ bytes: UnsafePointer<UInt8>, from record: Int, to end: Int) {
        last = Int(ends[recordCount])
        var lineEnd = record
        while lineEnd < end, bytes[lineEnd] != CSVByteMasks.newline { lineEnd += 1 }
        flaws.append((recordCount, flaw))
        endRecord(at: lineEnd)
    }
}
