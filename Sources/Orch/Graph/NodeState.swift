/// How a node of a graph ended.
public enum NodeState: String, Sendable, CaseIterable {
    /// Its work is done.
    case success
    /// Its work threw, in its last attempt.
    case failed
    /// It was not to run: a branch or a short circuit passed it over, or its trigger rule did not hold.
    case skipped
    /// It could not run, as a node before it did not succeed.
    case upstreamFailed = "upstream_failed"
    /// Its work was cancelled, or the run was before it started.
    case cancelled
}
