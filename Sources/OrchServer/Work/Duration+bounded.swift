extension Duration {
    /// So many seconds, between none and `longest`; none where it is no number.
    ///
    /// What a request says may be beyond what a duration can hold.
    static func seconds(_ value: Double, upTo longest: Duration) -> Duration {
        guard value > 0 else { return .zero }
        return value < Double(longest.components.seconds) ? .seconds(value) : longest
    }
}
