/// Where the text of a field lies, quotes and blanks around them left out.
struct CSVFieldSpan {
    var start: Int
    var end: Int
    /// Whether two quotes stand for one in it.
    var hasEscapes = false

    init(start: Int, end: Int, hasEscapes: Bool = false) {
        (self.start, self.end, self.hasEscapes) = (start, end, hasEscapes)
    }

    /// The text between two separators. A field that begins with a quote, after blanks or not, is known to end with
    /// one.
    init(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
        (self.start, self.end) = (start, end)
        var opening = start
        while opening < end, Self.isBlank(bytes[opening]) { opening += 1 }
        guard opening < end, bytes[opening] == CSVByteMasks.quote else { return }
        var closing = end - 1
        while closing > opening, bytes[closing] != CSVByteMasks.quote { closing -= 1 }
        self.start = opening + 1
        self.end = max(closing, opening + 1)
        for index in self.start..<self.end where bytes[index] == CSVByteMasks.quote { hasEscapes = true }
    }

    /// Whether a byte is a blank around quotes: a space, a tab, or the carriage return of a line end.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    /// Whether there is nothing but blanks.
    @inline(__always)
    static func isBlank(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        for index in start..<max(start, end) where !isBlank(bytes[index]) { return false }
        return true
    }

    /// The text, with one quote for each two.
    func unescaped(_ bytes: UnsafePointer<UInt8>) -> [UInt8] {
        guard hasEscapes else { return Array(UnsafeBufferPointer(start: bytes + start, count: end - start)) }
        var text: [UInt8] = []
        text.reserveCapacity(end - start)
        var index = start
        while index < end {
            text.append(bytes[index])
            let isPair = bytes[index] == CSVByteMasks.quote && index + 1 < end && bytes[index + 1] == CSVByteMasks.quote
            index += isPair ? 2 : 1
        }
        return text
    }
}
