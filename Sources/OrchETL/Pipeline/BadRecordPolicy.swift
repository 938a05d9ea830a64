import TableFormats

/// What becomes of a record that cannot be read as it stands.
public enum BadRecordPolicy: String, Sendable, Hashable, CaseIterable, Codable {
    /// The file is refused, with the record's place and the reason; nothing is loaded.
    case fail
    /// The record is left out, counted, and written to a file of rejects with the reason.
    case reject
    /// A value that is none of its column's type becomes NULL and is counted; a record whose fields cannot be told
    /// apart is left out as with `reject`.
    case null

    /// The same, as the readers call it.
    var ofRecords: TableFormats.BadRecordPolicy {
        switch self {
        case .fail: .fail
        case .reject: .reject
        case .null: .null
        }
    }
}
