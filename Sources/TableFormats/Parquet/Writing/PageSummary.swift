/// What the page index says about a data page.
/// https://parquet.apache.org/docs/file-format/pageindex/
struct PageSummary: Sendable {
    /// Where the page's header begins in its column chunk.
    var offset: Int
    /// Header and packed body, in bytes.
    var size: Int
    /// Its first row, counted in the row group.
    var firstRow: Int
    var valueCount: Int
    var nullCount: Int
    /// The least value; nil where there is none to tell.
    var least: StoredBound?
    /// The greatest value, likewise.
    var greatest: StoredBound?
}

/// How the pages of a chunk follow each other, in the numbers of the format.
enum BoundaryOrder: Int, Sendable {
    case unordered = 0
    case ascending = 1
    case descending = 2

    /// The order of pages with these bounds; pages without values stand anywhere.
    init<Value: OrderedValue>(of pages: [ValueBounds<Value>]) {
        let neighbours = zip(pages, pages.dropFirst())
        if neighbours.allSatisfy({ !$1.least.precedes($0.least) && !$1.greatest.precedes($0.greatest) }) {
            self = .ascending
        } else if neighbours.allSatisfy({ !$0.least.precedes($1.least) && !$0.greatest.precedes($1.greatest) }) {
            self = .descending
        } else {
            self = .unordered
        }
    }
}
