/// A stored value that a column of its type cannot hold: a whole number beyond 64 bits with a sign, a time beyond all years,
/// a text that is not UTF-8.
package struct ParquetBadValue: Sendable, Equatable {
    /// The row, counted from 0 among those read together.
    package let row: Int
    /// The value as text, cut where it is long.
    package let text: String
}
