/// What must hold of an object for a write or a removal to happen, at the very moment that it happens.
///
/// In a bucket it holds against every other writer. In a folder it holds against writers that state a condition too.
public enum LakeCondition: Sendable, Hashable {
    /// Nothing.
    case always
    /// There is no object of that name.
    case absent
    /// The object has that version, see `LakeSink.Object.version`.
    case version(String)
}
