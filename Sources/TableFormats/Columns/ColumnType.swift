/// What the values of a column are. Every column may hold NULLs.
package enum ColumnType: String, Sendable, Hashable, CaseIterable {
    /// Whole numbers of 64 bits.
    case int64
    /// Whole numbers of 32 bits.
    case int32
    /// Binary floating point of 64 bits.
    case double
    /// UTF-8 text.
    case text
    /// Wall time without a zone, in microseconds since 1970-01-01 00:00:00.
    case timestamp
    /// A calendar day, counted in days since 1970-01-01.
    case date
    /// True or false.
    case bool
}

extension ColumnType: CustomStringConvertible {
    /// What a person would call a value of this type, with its article.
    package var description: String {
        switch self {
        case .int64: "a whole number"
        case .int32: "a whole number of at most 32 bits"
        case .double: "a number"
        case .text: "UTF-8 text"
        case .timestamp: "a time such as 2020-07-01 00:05:18"
        case .date: "a date such as 2020-07-01"
        case .bool: "true or false"
        }
    }
}
