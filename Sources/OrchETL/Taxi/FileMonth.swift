import TableFormats

/// The month that a file of trips was published for. Its rows' own dates may lie years apart from it.
public struct FileMonth: Sendable, Hashable, CustomStringConvertible {
    /// The year, from 2009 on.
    public let year: Int
    /// The month, from 1 to 12.
    public let month: Int

    /// A month of which there may be files.
    /// - Throws: `ETLError.invalidMonth` outside of 2009-01 to 9999-12.
    public init(year: Int, month: Int) throws {
        guard (2009...9999).contains(year), (1...12).contains(month) else {
            throw ETLError.invalidMonth(year: year, month: month)
        }
        self.year = year
        self.month = month
    }

    /// `2020-07`
    public var description: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }

    /// The first day of the month, `2020-07-01`: the value of the column `file_month`.
    public var firstDay: String { "\(self)-01" }

    /// The first day of the month, counted from 1970-01-01.
    package var days: Int32 { Int32(CalendarDay.days(year: year, month: month, day: 1)) }
}
