/// A time zone: its distance from UTC over all time. A value; nothing here reads a file.
///
/// Times are seconds since 1970: an *instant* counts from 1970-01-01T00:00:00Z, a *wall time* from 1970-01-01T00:00 as the zone's
/// clocks show it.
public struct ZoneRules: Hashable, Sendable {
    /// When the offset becomes another, ascending.
    private let changes: [Int64]
    /// The offsets from these changes on.
    private let offsets: [Int32]
    /// The offset before the first change.
    private let first: Int32
    /// From here on the changes repeat themselves each 400 years; nil = there are no more.
    private let horizon: Int64?

    /// No offset that is read is larger: 26 hours.
    /// Source: <https://www.rfc-editor.org/rfc/rfc9636#section-3.2>
    static let largestOffset: Int64 = 93_600

    /// Coordinated Universal Time.
    public static let utc = ZoneRules(first: 0, changes: [], footer: nil)

    /// A zone.
    ///
    /// - Parameters:
    ///   - first: the offset before the first change.
    ///   - changes: instants, ascending, and the offsets from them on; one that changes nothing is left out.
    ///   - footer: how it goes on after the last of them; nil = as it is then.
    init(first: Int32, changes listed: [(at: Int64, offset: Int32)], footer: ZoneFooter?) {
        var all = listed
        var horizon: Int64?
        if let footer, footer.hasSummer {
            let end = listed.last?.at ?? .min
            let year = listed.last.map { Gregorian.year(ofDay: Gregorian.day(ofSecond: $0.at)) } ?? 1900
            // One more year than a cycle on each side, so that each instant of a cycle has its neighbours.
            all += footer.changes(in: year - 1...year + 403).filter { $0.at > end }
            horizon = Gregorian.day(ofNewYear: year + 402) * 86_400
        }
        var (kept, offsets): ([Int64], [Int32]) = ([], [])
        var last = first
        for change in all where change.offset != last {
            kept.append(change.at)
            offsets.append(change.offset)
            last = change.offset
        }
        self.first = first
        self.changes = kept
        self.offsets = offsets
        self.horizon = kept.isEmpty ? nil : horizon
    }

    /// Seconds east of UTC at an instant.
    public func offset(at instant: Int64) -> Int64 { period(at: instant).offset }

    /// The period that an instant lies in.
    public func period(at instant: Int64) -> ZonePeriod {
        guard let horizon, instant >= horizon else { return listedPeriod(at: instant) }
        let cycles = (instant - horizon) / Gregorian.secondsInCycle + 1
        let shift = cycles * Gregorian.secondsInCycle
        var period = listedPeriod(at: instant - shift)
        period.start = period.start.map { $0 + shift }
        period.end = period.end.map { $0 + shift }
        return period
    }

    /// Says when the zone's clocks show a time.
    public func instants(ofWall wall: Int64) -> WallInstants {
        let wall = min(max(wall, Self.range.lowerBound), Self.range.upperBound)
        let latest = wall + Self.largestOffset
        var found: [Int64] = []
        var period = period(at: wall - Self.largestOffset)
        while true {
            let instant = wall - period.offset
            if period.contains(instant) { found.append(instant) }
            guard let end = period.end, end <= latest else { break }
            let next = self.period(at: end)
            if found.isEmpty, instant >= end, wall - next.offset < end {
                return .skipped(change: end, before: period.offset, after: next.offset)
            }
            period = next
        }
        guard let first = found.first else { return .once(wall - period.offset) }
        return found.count > 1 ? .twice(first: first, second: found[1]) : .once(first)
    }

    /// The first instant at which clocks show a time; where they leave it out, as much later as they were put forward.
    public func instant(ofWall wall: Int64) -> Int64 {
        switch instants(ofWall: wall) {
        case .once(let instant), .twice(let instant, _): instant
        case .skipped(_, let before, _): wall - before
        }
    }

    /// Times beyond it are taken as its ends, so that nothing overflows: some 290 million years around 1970.
    private static let range: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    private func listedPeriod(at instant: Int64) -> ZonePeriod {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return ZonePeriod(
            start: low == 0 ? nil : changes[low - 1], end: low < changes.count ? changes[low] : nil,
            offset: offset(low), offsetBefore: offset(low - 1))
    }

    /// The offset after so many changes.
    private func offset(_ count: Int) -> Int64 { count <= 0 ? Int64(first) : Int64(offsets[count - 1]) }
}
