/// The span of data that a scheduled run is about.
public struct DataInterval: Sendable, Hashable {
    /// The first instant of the span.
    public var start: Timestamp
    /// The first instant after the span.
    public var end: Timestamp

    /// A span from `start` up to but not including `end`.
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }
}
