/// What a load into a table does with the rows of the same month that are there.
public enum WriteMode: String, Sendable, Hashable, CaseIterable, Codable {
    /// They are replaced as a whole: loading a month twice is the same as once.
    case replaceMonth = "replace_month"
    /// They stay, and the new rows are added; the same source is added once, however often it is loaded.
    case append
}
