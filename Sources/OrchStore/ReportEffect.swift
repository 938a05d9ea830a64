/// What a report changed: each change is told by one report only, however often that one comes.
package struct ReportEffect: Hashable, Sendable {
    /// How long after its claim the attempt's container started, where the report told of the start first. Two machines'
    /// clocks are compared, so it may be negative.
    package var launch: Duration?
    /// Whether the attempt ended and another one is to follow.
    package var isRetried: Bool
    /// Whether the run ended.
    package var hasEnded: Bool

    package init(launch: Duration? = nil, isRetried: Bool = false, hasEnded: Bool = false) {
        self.launch = launch
        self.isRetried = isRetried
        self.hasEnded = hasEnded
    }
}
