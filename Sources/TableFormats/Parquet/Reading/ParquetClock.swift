/// Which clock's times a column holds.
package enum ParquetClock: Sendable, Equatable {
    /// One on the wall, wherever that is.
    case wall
    /// The instants themselves, as UTC tells them.
    case utc
    /// The file does not say: INT96 and the older annotations cannot.
    case unsaid
}

extension StoredSchemaElement {
    /// Which clock's times the column holds; nil where it holds none.
    var clock: ParquetClock? {
        if case .timestamp(_, let isUTC)? = logicalType { return isUTC ? .utc : .wall }
        if logicalType == nil, type == StoredType.int96.rawValue { return .unsaid }
        // The format reads these as UTC, but writers had no other word for wall time.
        return logicalType == nil && [9, 10].contains(convertedType) ? .unsaid : nil
    }
}
