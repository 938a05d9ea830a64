/// The copy of the end of its run stream that a flow program kept, by the numbers of its lines.
package struct RunJournal: Sendable {
    private let lines: [Int: [UInt8]]
    private let numbers: [Int]

    /// A journal of what its files hold.
    ///
    /// - Parameters:
    ///   - files: their bytes; what is no whole line of the stream is left out, such as one that is being written.
    ///   - number: the number of a line, `nil` for any other text.
    package init(files: [[UInt8]], number: (ArraySlice<UInt8>) -> Int?) {
        var lines: [Int: [UInt8]] = [:]
        for line in files.lazy.flatMap({ $0.split(separator: UInt8(ascii: "\n")) }) {
            if let number = number(line) { lines[number] = Array(line) }
        }
        self.lines = lines
        numbers = lines.keys.sorted()
    }

    /// The lines whose numbers are in `range`, in order.
    func lines(in range: ClosedRange<Int>) -> some Sequence<[UInt8]> {
        numbers.lazy.filter(range.contains).compactMap { lines[$0] }
    }
}
