/// What becomes of a file whose columns or rows differ from what is declared for its month. The differences are reported
/// whatever the policy is, and nothing is ever guessed from the first rows.
///
/// Declared columns are loaded whenever a file has them, also in other months than theirs. A column that is absent is
/// NULL in every row. Numbers of another width (`1.0` for 1) are taken where they are exact; what a single value becomes
/// that is not, `BadRecordPolicy` says. Refused whatever the policy are files of another colour, files without the
/// columns that make a trip or without any pickup time, and columns whose meaning would have to be guessed, such as a
/// number for a time. A file of which more than half is of one other month is refused too, before its rows count, unless
/// the policy is `warn`: it is that month's file. Times that a Parquet file calls adjusted to UTC are taken for wall time by their digits.
public enum DriftPolicy: String, Sendable, Hashable, CaseIterable, Codable {
    /// Columns that nobody has declared are loaded too, and the table gets them: as text from CSV, with their own type
    /// from Parquet. Columns without a usable name are left out.
    case evolve
    /// Columns that nobody has declared are left out, with a warning. A file of another month is taken with a warning.
    case warn
    /// A file is refused before anything is loaded where an expected column is missing, a column is new, or a column is
    /// of another kind than declared (text for a number), or times are called UTC; and at its end, before its rows count,
    /// where fewer than half of its rows are of the month. Renamed columns, numbers of another width, columns that are
    /// early or late, and single times out of range are no reason.
    case fail
}
