/// Where data came from and who made a file of it.
public struct Provenance: Sendable, Equatable {
    /// The address of the source; user, password and query are left out wherever it is written.
    public var source: String
    /// The run that makes the file.
    public var runID: String

    /// Names a source and a run.
    public init(source: String, runID: String) {
        self.source = source
        self.runID = runID
    }

    /// The source's address as it may be shown.
    var shownSource: String {
        // An address that cannot be read is not ours to publish: it may hold a password anywhere.
        (try? SourceAddress(source))?.shown ?? "unknown"
    }
}
