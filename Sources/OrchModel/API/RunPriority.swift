/// How soon a run is taken among those that wait.
///
/// A priority is a number of minutes: a run of priority 5 that is due now is taken before one of priority 0 that is due in six
/// minutes, and after one that is due in four. So smaller numbers go first, and nobody waits for ever.
public enum RunPriority {
    /// What a priority may be.
    public static let range = 0...1000

    /// By what waiting runs are ordered: the time when it is due, later by a minute for each step of its priority.
    public static func order(scheduledFor: Timestamp, priority: Int?) -> Timestamp {
        scheduledFor + .seconds(60 * min(max(priority ?? 0, range.lowerBound), range.upperBound))
    }
}

extension FlowRun {
    /// By what it is ordered among the runs that wait.
    public var claimOrder: Timestamp { RunPriority.order(scheduledFor: scheduledFor, priority: priority) }
}
