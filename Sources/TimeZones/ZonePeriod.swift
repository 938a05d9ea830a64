/// A time in which a zone's clocks keep one distance from UTC.
public struct ZonePeriod: Hashable, Sendable {
    /// Its first second, since 1970-01-01T00:00:00Z; nil = it has always been so.
    public var start: Int64?
    /// The first second after it; nil = it stays so.
    public var end: Int64?
    /// Seconds east of UTC.
    public var offset: Int64
    /// Seconds east of UTC in the period before it; the same as `offset` where there is none.
    public var offsetBefore: Int64

    /// A period.
    public init(start: Int64?, end: Int64?, offset: Int64, offsetBefore: Int64) {
        self.start = start
        self.end = end
        self.offset = offset
        self.offsetBefore = offsetBefore
    }

    /// Whether an instant lies in it.
    func contains(_ instant: Int64) -> Bool { instant >= start ?? .min && instant < end ?? .max }
}

/// The instants at which a zone's clocks show a time, in seconds since 1970-01-01T00:00:00Z.
public enum WallInstants: Hashable, Sendable {
    /// The usual case.
    case once(Int64)
    /// The clocks were put back over it.
    case twice(first: Int64, second: Int64)
    /// The clocks were put forward over it.
    ///
    /// - Parameters:
    ///   - change: when they were.
    ///   - before: seconds east of UTC until then.
    ///   - after: seconds east of UTC from then on; `after - before` is the length of the gap.
    case skipped(change: Int64, before: Int64, after: Int64)
}
