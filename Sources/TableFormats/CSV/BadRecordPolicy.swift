/// What becomes of a record that cannot be read as it stands.
package enum BadRecordPolicy: String, Sendable, CaseIterable {
    /// Reading ends with an error that names the record.
    case fail
    /// The record is left out and handed over with the reason.
    case reject
    /// A text that is no value of its column's type becomes NULL and is counted; a record whose fields cannot be told
    /// apart is left out as with `reject`.
    case null
}
