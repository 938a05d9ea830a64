/// What happens to a file whose columns are not those that its dataset has had so far.
///
/// A file with fewer columns, all known and of the same types, is always taken: a month of an older era is one.
public enum SchemaEvolution: String, Sendable, Hashable, CaseIterable, Codable {
    /// It is refused.
    case refuse
    /// It is taken where it has all columns of the dataset and new ones, which make a new version of the schema; else
    /// it is refused.
    case add
    /// It is taken, and its columns are the dataset's from now on, as a new version of the schema.
    case replace
}
