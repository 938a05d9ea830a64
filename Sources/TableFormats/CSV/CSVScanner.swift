/// Where one field lies in the buffer, quotes left out.
struct FieldSpan {
    var start: Int
    var end: Int
    /// Whether doubled quotes inside must be halved.
    var hasEscapes: Bool
}

/// Finds the fields of one record (RFC 4180, with CRLF and LF in any mixture). Knows bytes and quotes, no columns.
/// https://www.rfc-editor.org/rfc/rfc4180#section-2
struct CSVScanner {
    /// What lies at the position that was asked for.
    enum Outcome: Equatable {
        /// A whole record; the next begins at `next`, and it holds `innerNewlines` newlines inside quotes.
        case record(next: Int, innerNewlines: Int)
        /// Its end is not in the buffer yet.
        case incomplete
        /// A quoted field has no end. `at` is its opening quote.
        case unterminatedQuote(at: Int)
        /// Something other than a separator follows a closing quote.
        case textAfterQuote(at: Int)
    }

    /// The fields of the record found last. An empty line has exactly one, empty, field.
    private(set) var fields: [FieldSpan] = []

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Scans the record that begins at `start`. With `isLast`, the end of the buffer ends the record too.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isLast: Bool) -> Outcome {
        fields.removeAll(keepingCapacity: true)
        let end = bytes.count
        var position = start
        var fieldStart = start
        var innerNewlines = 0
        while position < end {
            let byte = bytes[position]
            // Everything that matters here is at or below the comma; digits and letters are above.
            if byte > Self.comma { position += 1; continue }
            if byte == Self.comma {
                fields.append(FieldSpan(start: fieldStart, end: position, hasEscapes: false))
                position += 1
                fieldStart = position
            } else if byte == Self.newline {
                let isCRLF = position > fieldStart && bytes[position - 1] == Self.carriageReturn
                fields.append(FieldSpan(start: fieldStart, end: isCRLF ? position - 1 : position, hasEscapes: false))
                return .record(next: position + 1, innerNewlines: innerNewlines)
            } else if byte == Self.quote, position == fieldStart {
                switch quotedField(bytes, from: position, isLast: isLast, innerNewlines: &innerNewlines) {
                case .comma(let next): (position, fieldStart) = (next, next)
                case .end(let next): return .record(next: next, innerNewlines: innerNewlines)
                case .failure(let outcome): return outcome
                }
                if position == end, isLast {
                    fields.append(FieldSpan(start: end, end: end, hasEscapes: false))
                    return .record(next: end, innerNewlines: innerNewlines)
                }
            } else {
                position += 1
            }
        }
        guard isLast else { return .incomplete }
        let isReturn = end > fieldStart && bytes[end - 1] == Self.carriageReturn
        fields.append(FieldSpan(start: fieldStart, end: isReturn ? end - 1 : end, hasEscapes: false))
        return .record(next: end, innerNewlines: innerNewlines)
    }

    private enum AfterField {
        case comma(next: Int)
        case end(next: Int)
        case failure(Outcome)
    }

    private mutating func quotedField(
        _ bytes: UnsafeBufferPointer<UInt8>, from opening: Int, isLast: Bool, innerNewlines: inout Int
    ) -> AfterField {
        let end = bytes.count
        var position = opening + 1
        var hasEscapes = false
        while true {
            while position < end, bytes[position] != Self.quote {
                if bytes[position] == Self.newline { innerNewlines += 1 }
                position += 1
            }
            guard position < end else { return .failure(isLast ? .unterminatedQuote(at: opening) : .incomplete) }
            guard position + 1 < end else {
                guard isLast else { return .failure(.incomplete) }
                fields.append(FieldSpan(start: opening + 1, end: position, hasEscapes: hasEscapes))
                return .end(next: end)
            }
            guard bytes[position + 1] == Self.quote else { break }
            hasEscapes = true
            position += 2
        }
        fields.append(FieldSpan(start: opening + 1, end: position, hasEscapes: hasEscapes))
        return separator(bytes, after: position + 1, isLast: isLast)
    }

    /// What follows a closing quote: blanks are forgiven, text is not.
    private func separator(_ bytes: UnsafeBufferPointer<UInt8>, after closing: Int, isLast: Bool) -> AfterField {
        var position = closing
        while position < bytes.count {
            switch bytes[position] {
            case Self.comma: return .comma(next: position + 1)
            case Self.newline: return .end(next: position + 1)
            case Self.carriageReturn, UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
            default: return .failure(.textAfterQuote(at: position))
            }
        }
        return isLast ? .end(next: position) : .failure(.incomplete)
    }
}
