import OrchETL

/// How many rows a month has, and how many of them are odd.
struct SampleVolume: Equatable {
    /// All rows.
    var rows: Int
    /// Rows of the block at the file's end that has blank passenger counts.
    var blank: Int
    /// Rows with zero passengers.
    var zero: Int

    /// The month's volume, or that of a file with `rows` rows and the month's proportions.
    init(_ color: TaxiColor, year: Int, month: Int, rows: Int?) {
        let usual = Self.usual(color, year: year, month: month)
        self = usual
        guard let rows, rows != usual.rows else { return }
        self.rows = rows
        blank = Int(Int64(rows) * Int64(usual.blank) / Int64(usual.rows))
        zero = Int(Int64(rows) * Int64(usual.zero) / Int64(usual.rows))
    }

    private init(_ rows: Int, blank: Int, zero: Int) {
        (self.rows, self.blank, self.zero) = (rows, blank, zero)
    }

    private static func usual(_ color: TaxiColor, year: Int, month: Int) -> SampleVolume {
        switch (color, year, month) {
        // Counted in the published files.
        case (.green, 2020, 7): return SampleVolume(72_257, blank: 29_030, zero: 283)
        case (.yellow, 2021, 1): return SampleVolume(1_369_765, blank: 98_352, zero: 26_726)
        default: break
        }
        // Elsewhere the year's average, off by up to a tenth from month to month.
        let average = perMonth(color, year)
        var random = SampleRandom(seed: UInt64(year * 12 + month))
        let rows = average * random.within(900...1100) / 1000
        switch color {
        case .yellow:
            return SampleVolume(
                rows, blank: year < 2019 ? 0 : rows * (year == 2019 ? 9 : 70) / 1000, zero: rows * 19 / 1000)
        case .green:
            let blank = year < 2019 ? 0 : year == 2019 ? 100 : year <= 2021 ? 400 : 90
            return SampleVolume(rows, blank: rows * blank / 1000, zero: rows * 4 / 1000)
        case .fhv, .fhvhv:
            return SampleVolume(rows, blank: 0, zero: 0)
        }
    }

    /// Rows of an average month of the year, in round numbers.
    private static func perMonth(_ color: TaxiColor, _ year: Int) -> Int {
        let thousands: [Int: Int]
        switch color {
        case .yellow:
            thousands = [2016: 10_900, 2017: 9_500, 2018: 8_600, 2019: 7_000, 2020: 2_050, 2021: 2_600, 2022: 3_300]
        case .green:
            thousands = [
                2013: 250, 2014: 1_300, 2015: 1_600, 2016: 1_360, 2017: 980, 2018: 740, 2019: 520, 2020: 145, 2021: 89,
                2022: 70,
            ]
        case .fhv:
            thousands = [2015: 5_200, 2016: 11_000, 2017: 16_000, 2018: 21_700, 2019: 3_600, 2020: 1_150, 2021: 1_000]
        case .fhvhv: thousands = [2019: 21_300, 2020: 11_900, 2021: 14_500, 2022: 17_700]
        }
        let known = thousands.keys.sorted()
        let nearest = known.last { $0 <= year } ?? known[0]
        return (thousands[nearest] ?? 1) * 1000
    }
}
