/// Months in a row, such as those whose files carry a column.
struct MonthSpan: Sendable, Hashable {
    private let months: ClosedRange<Int>

    /// Every month.
    static let always = MonthSpan(months: Int.min...Int.max)

    /// From a month on.
    static func from(_ year: Int, _ month: Int) -> MonthSpan {
        MonthSpan(months: index(year, month)...Int.max)
    }

    /// Up to a month and with it.
    static func through(_ year: Int, _ month: Int) -> MonthSpan {
        MonthSpan(months: Int.min...index(year, month))
    }

    /// From this span's first month to another one, and with it.
    func through(_ year: Int, _ month: Int) -> MonthSpan {
        MonthSpan(months: months.lowerBound...max(months.lowerBound, Self.index(year, month)))
    }

    /// Whether the month is one of them.
    func contains(_ month: FileMonth) -> Bool {
        months.contains(Self.index(month.year, month.month))
    }

    private static func index(_ year: Int, _ month: Int) -> Int { year * 12 + month - 1 }
}
