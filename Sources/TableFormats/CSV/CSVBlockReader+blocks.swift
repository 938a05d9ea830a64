extension CSVBlockReader {
    /// Where the last record that fits into a block ends in `pending`, or the first that does not fit; nil when none
    /// ends there. A record without quotes is a line.
    func lastRecordEnd() -> (position: Int, hasQuotes: Bool)? {
        pending.withUnsafeBufferPointer { bytes in
            let available = bytes.count - start
            var window = min(available, options.blockBytes)
            while true {
                let isAll = window == available
                let census = CSVCensus(UnsafeBufferPointer(rebasing: bytes[start..<(start + window)]))
                if isFinished, isAll, window <= max(options.blockBytes, options.maximumRecordBytes) {
                    return (bytes.count, census.hasQuotes)
                }
                if let end = recordEnd(bytes, window, census) { return (end, census.hasQuotes) }
                guard !isAll, window <= options.maximumRecordBytes else { return nil }
                // Larger steps than one byte, so that a long record is not looked at again for each.
                window = min(available, window * 2, options.maximumRecordBytes + 1)
            }
        }
    }

    private func recordEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ window: Int, _ census: CSVCensus) -> Int? {
        guard census.newlines > 0 else { return nil }
        let end = start + window
        guard census.hasQuotes else {
            return bytes[start..<end].lastIndex(of: CSVByteMasks.newline).map { $0 + 1 }
        }
        let bytes = UnsafeBufferPointer(rebasing: bytes[..<end])
        var position = start
        while position < end {
            let next = tokenizer.readTile(bytes, from: position, hasQuotes: true, isFinal: false)
            guard next > position else { break }
            position = next
        }
        return position > start ? position : nil
    }

    /// Cuts a block off. Where it is nearly all there is, its bytes are handed over, not copied.
    mutating func takeBlock(to end: Int, hasQuotes: Bool) -> CSVBlock {
        let first = start
        let newlines = pending.withUnsafeBufferPointer {
            CSVCensus(UnsafeBufferPointer(rebasing: $0[first..<end])).newlines
        }
        let place = place
        step(to: end, newlines: newlines)
        var bytes: [UInt8] = []
        var range = first..<end
        if pending.count - end + first <= options.blockBytes / 4 {
            swap(&bytes, &pending)
            pending.reserveCapacity(options.blockBytes * 2 + CSVBlock.padding)
            pending += bytes[end...]
            start = 0
        } else {
            range = 0..<(end - first)
            bytes.reserveCapacity(range.count + CSVBlock.padding)
            bytes += pending[first..<end]
        }
        bytes += repeatElement(0, count: CSVBlock.padding)
        return CSVBlock(
            bytes: bytes, range: range, content: .records, newlineCount: newlines, hasQuotes: hasQuotes,
            position: place)
    }

    /// Cuts off the first line of a record that is too long, as much of it as a reject holds.
    mutating func takeOversized() -> CSVBlock {
        let newline = pending[start...].firstIndex(of: CSVByteMasks.newline)
        var end = newline ?? pending.count
        if newline != nil, end > start, pending[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        let kept = min(end - start, CSVReject.maximumRecordBytes, options.maximumRecordBytes)
        let block = CSVBlock(
            bytes: Array(pending[start..<(start + kept)]), range: 0..<kept, content: .oversized, newlineCount: 0,
            hasQuotes: false, position: place)
        isSkipping = newline == nil
        step(to: newline.map { $0 + 1 } ?? pending.count, newlines: newline == nil ? 0 : 1)
        return block
    }

    /// Passes over the rest of an oversized line.
    mutating func skip(_ chunk: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let newline = chunk.firstIndex(of: CSVByteMasks.newline)
        let rest = chunk[(newline.map { $0 + 1 } ?? chunk.endIndex)...]
        place.byte += chunk.count - rest.count
        if newline != nil {
            place.line += 1
            isSkipping = false
        }
        return rest
    }
}
