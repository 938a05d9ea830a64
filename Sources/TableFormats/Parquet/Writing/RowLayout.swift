/// How the rows of a column chunk fall into pages, and which of them are NULL.
struct RowLayout {
    /// The rows of a page, and where its values lie among those that are not NULL.
    struct Page {
        var rows: Range<Int>
        var values: Range<Int>
        /// How many of the rows are NULL.
        var nullCount: Int { rows.count - values.count }
    }

    /// All rows.
    let rowCount: Int
    /// All rows that are not NULL.
    let valueCount: Int
    /// One flag a row, `false` for NULL; empty when no row is NULL.
    private(set) var validity: [Bool] = []

    init(segments: [Column]) {
        rowCount = segments.reduce(0) { $0 + $1.count }
        valueCount = segments.reduce(rowCount) { $0 - $1.nullCount }
        guard valueCount < rowCount else { return }
        validity.reserveCapacity(rowCount)
        for segment in segments {
            if segment.nullCount > 0 {
                validity += segment.validity
            } else {
                validity += repeatElement(true, count: segment.count)
            }
        }
    }

    /// The pages: each of `pageRows` rows, fewer where their values would take more than `pageBytes`.
    /// - Parameter sizeOf: how many bytes the values of a range take. Defaults to none: rows alone decide.
    func pages(of pageRows: Int, pageBytes: Int = .max, sizeOf: (Range<Int>) -> Int = { _ in 0 }) -> [Page] {
        var pages: [Page] = []
        var row = 0
        var value = 0
        while row < rowCount {
            var rows = row..<min(row + max(1, pageRows), rowCount)
            var values = value..<(value + count(rows))
            while rows.count > 1, sizeOf(values) > pageBytes {
                rows = row..<(row + (rows.count + 1) / 2)
                values = value..<(value + count(rows))
            }
            pages.append(Page(rows: rows, values: values))
            (row, value) = (rows.upperBound, values.upperBound)
        }
        return pages
    }

    private func count(_ rows: Range<Int>) -> Int {
        validity.isEmpty ? rows.count : validity[rows].count { $0 }
    }
}
