/// Every so many days from an anchor on, at the anchor's time of day.
struct IntervalRule: LocalRecurrence, Hashable {
    /// The longest interval: ten years, in seconds.
    static let longest: Int64 = 3660 * 86_400

    private let step: Int64
    private let anchor: LocalTime

    init(days: Int64, anchor: LocalTime) {
        step = days * 86_400
        self.anchor = anchor
    }

    var firesEveryHour: Bool { false }

    func next(after time: LocalTime) -> LocalTime? {
        let past = time.adding(seconds: -anchor.seconds).seconds.flooredQuotient(step)
        return anchor.adding(seconds: (past + 1) * step)
    }

    func previous(before time: LocalTime) -> LocalTime? {
        let past = time.adding(seconds: -anchor.seconds).adding(seconds: -1).seconds.flooredQuotient(step)
        return anchor.adding(seconds: past * step)
    }
}
