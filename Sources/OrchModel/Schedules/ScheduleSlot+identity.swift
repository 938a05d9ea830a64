extension ScheduleSlot {
    /// What tells a schedule's run from all others, whoever makes it and however often: `<schedule>/2026-10-25T02:30/1`.
    public func identity(of schedule: Identifier) -> String { "\(schedule)/\(self)" }

    /// How much later than its slot a run is due: always the same for a slot, and spread evenly over all.
    ///
    /// - Parameters:
    ///   - schedule: whose slot it is.
    ///   - jitter: the longest, in seconds; nil and 0 = none.
    public func delay(of schedule: Identifier, jitter: Int?) -> Duration {
        guard let jitter, jitter > 0 else { return .zero }
        // FNV-1a, mixed as in SplitMix64: texts that differ in a digit are far apart.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in identity(of: schedule).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        hash ^= hash >> 31
        let span = UInt64(jitter) * 1_000_000
        return .microseconds(Int64(hash.multipliedFullWidth(by: span).high))
    }
}
