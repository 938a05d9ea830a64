/// A rule that says at which times clocks show it fires, wherever they are.
///
/// Each answer takes a few steps, however far away it is: the rules jump by month, day and hour.
protocol LocalRecurrence: Sendable {
    /// The first time after another; nil where there is none in the next centuries.
    func next(after time: LocalTime) -> LocalTime?
    /// The last time before another, as if the rule had always been; nil where there is none.
    func previous(before time: LocalTime) -> LocalTime?
    /// Whether it fires at the same minutes of every hour of the days it fires on. Then it does so in each hour that passes, also where
    /// clocks show one twice.
    var firesEveryHour: Bool { get }
}

extension LocalRecurrence {
    func contains(_ time: LocalTime) -> Bool { next(after: time.adding(seconds: -1)) == time }
}
