/// orch's own version.
public enum OrchVersion {
    /// `MAJOR.MINOR.PATCH`, as in CHANGELOG.md.
    public static let current = "0.1.0"
}
