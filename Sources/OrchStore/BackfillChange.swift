/// What is wished of a backfill that is there.
package enum BackfillChange: Sendable, Hashable {
    /// No further run of it is started; those that are live go on.
    case pause
    /// Runs of it are started again.
    case resume
    /// It is ended, where a run of it has not ended: no further one is started, and the caller ends the others.
    case cancel
    /// It goes on after it was ended, as runs of it are tried again; one that is paused stays so.
    case reopen
    /// So many of its runs may be live at once.
    case limit(Int)
}
