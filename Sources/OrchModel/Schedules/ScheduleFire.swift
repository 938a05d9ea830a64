/// A slot and when it comes.
public struct ScheduleFire: Hashable, Sendable {
    /// What the change of a zone's clocks has to do with it.
    public enum Clocks: String, Codable, Sendable {
        /// The clocks leave the slot's time out: it comes as much later as they are put forward.
        case shifted
        /// The clocks show the time twice; this is the first.
        case first
        /// The clocks show the time twice; this is the second.
        case second
    }

    public var slot: ScheduleSlot
    public var instant: Timestamp
    /// Seconds east of UTC at that instant.
    public var offset: Int64
    /// nil = nothing.
    public var clocks: Clocks?

    /// A slot and its instant.
    public init(slot: ScheduleSlot, instant: Timestamp, offset: Int64, clocks: Clocks? = nil) {
        self.slot = slot
        self.instant = instant
        self.offset = offset
        self.clocks = clocks
    }

    /// What the zone's clocks show when it comes, with the offset: `2026-03-29T03:30+02:00`.
    public var localText: String { Self.localText(of: instant, offset: offset) }

    /// What clocks show at an instant that are so many seconds east of UTC, with the offset.
    static func localText(of instant: Timestamp, offset: Int64) -> String {
        let shown = LocalTime(seconds: instant.microseconds.flooredQuotient(1_000_000) + offset)
        guard offset != 0 else { return "\(shown)Z" }
        let (minutes, seconds) = abs(offset).quotientAndRemainder(dividingBy: 60)
        let text = Timestamp.padded(minutes / 60, 2) + ":" + Timestamp.padded(minutes % 60, 2)
        return "\(shown)\(offset < 0 ? "-" : "+")\(text)" + (seconds == 0 ? "" : ":" + Timestamp.padded(seconds, 2))
    }
}
