/// The version of the SDK that a program is built with.
public enum SDKVersion {
    /// The version, in semantic versioning.
    public static let current = "0.1.0"
}
