/// When a node of a graph runs, said over how the nodes directly before it ended. The names are Airflow's.
///
/// `docs/trigger-rules.md` has the truth table. In it a cancelled node counts as a failed one.
public enum TriggerRule: String, Codable, Sendable, CaseIterable {
    /// All of them succeeded. This is the default.
    case allSuccess = "all_success"
    /// All of them have ended, however.
    case allDone = "all_done"
    /// All of them failed, or could not run because of a failure.
    case allFailed = "all_failed"
    /// One of them succeeded; it does not wait for the others.
    case oneSuccess = "one_success"
    /// One of them failed, or could not run because of a failure; it does not wait for the others.
    case oneFailed = "one_failed"
    /// One of them ran to an end, good or bad; it does not wait for the others.
    case oneDone = "one_done"
    /// None of them failed: all succeeded or were skipped.
    case noneFailed = "none_failed"
    /// None of them failed, and at least one succeeded: what joins the arms of a branch.
    case noneFailedMinOneSuccess = "none_failed_min_one_success"
    /// None of them was skipped.
    case noneSkipped = "none_skipped"
    /// All of them were skipped.
    case allSkipped = "all_skipped"
    /// Whatever they do: it waits for none of them but branches and short circuits.
    case always
}
