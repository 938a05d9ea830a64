import OrchETL

/// Invents the trips of a month, as oddly as the meters record them.
struct SampleTripMaker {
    private static let shortDistances = [
        (at: 0, value: 0), (250, 0), (1000, 58), (2500, 98), (5000, 181), (7500, 360), (9000, 750), (9900, 2200),
        (10_000, 6000),
    ]
    private static let longDistances = [
        (at: 0, value: 20), (1000, 120), (2500, 238), (5000, 502), (7500, 1024), (9000, 1595), (9900, 2589),
        (10_000, 5000),
    ]

    let color: TaxiColor
    let year: Int
    private var random: SampleRandom
    private var clock: SampleClock
    private let oddEvery: Int
    private var made = 0

    init(_ color: TaxiColor, year: Int, month: Int, rows: Int, part: Int) {
        self.color = color
        self.year = year
        let seed = (TaxiColor.allCases.firstIndex(of: color) ?? 0) << 32 | year << 16 | month << 8 | part
        random = SampleRandom(seed: UInt64(seed))
        clock = SampleClock(year: year, month: month, rows: rows)
        // A handful of rows a month, and never more than 26, lie outside of it.
        oddEvery = max(rows / 26 + 1, min(rows, 7000))
    }

    /// A metered trip.
    mutating func metered(zeroPassengers: Bool) -> SampleTrip {
        var trip = SampleTrip()
        trip.vendor = random.chance(color == .green ? 1850 : 3100) ? 1 : 2
        trip.pickUp = clock.next(&random)
        let weekday = (trip.pickUp / 86_400 + 4) % 7
        let hour = trip.pickUp / 3600 % 24
        trip.distance = random.draw(Self.shortDistances)
        trip.dropOff = trip.pickUp + duration(trip.distance)
        trip.flag = trip.vendor == 1 && random.chance(350) ? "Y" : "N"
        trip.rateCode = random.pick([(1, 9650), (2, 100), (3, 8), (4, 6), (5, 230), (6, 1), (99, 1)])
        trip.from = zone()
        trip.to = random.chance(800) ? trip.from : zone()
        trip.passengers =
            zeroPassengers
            ? 0 : random.pick([(1, 8600), (2, 760), (3, 190), (4, 80), (5, 170), (6, 196), (7, 2), (8, 1), (9, 1)])
        trip.fare = fare(trip)
        trip.tax = trip.rateCode == 5 ? 0 : 50
        trip.improvement = year >= 2023 ? 100 : 30
        trip.extra = hour >= 20 || hour < 6 ? 50 : (16..<20).contains(hour) && (1...5).contains(weekday) ? 100 : 0
        trip.tolls = random.pick([(0, 9600), (612, 350), (280, 30), (1224, 10), (229, 10)])
        if year >= 2019, random.chance(color == .green ? 1900 : 8400) { trip.congestion = color == .green ? 275 : 250 }
        if trip.vendor == 1 { trip.extra += trip.congestion }
        trip.payment = random.pick([(1, 6200), (2, 3600), (3, 120), (4, 50), (5, 1)])
        trip.type = trip.rateCode == 5 ? 2 : 1
        if trip.payment == 1, random.chance(8600) { trip.tip = trip.total * random.within(10...30) / 100 }
        return odd(trip)
    }

    /// A trip whose meter data are missing: minutes alone, and a fare to the cent.
    mutating func blank() -> SampleTrip {
        var trip = SampleTrip()
        trip.isBlank = true
        trip.pickUp = clock.next(&random) / 60 * 60
        trip.distance = random.draw(Self.longDistances)
        trip.dropOff = trip.pickUp + duration(trip.distance) / 60 * 60
        (trip.from, trip.to) = (zone(), zone())
        trip.fare = 1100 + trip.distance * 3 + random.below(900)
        trip.tip = color == .green ? 275 : random.below(500)
        trip.tolls = random.chance(1800) ? 612 : 0
        trip.improvement = 30
        made += 1
        // Now and then the odometer gives an absurd number.
        if made % oddEvery == oddEvery / 2 { trip.distance = random.within(5_500_000...26_000_000) }
        return trip
    }

    private mutating func odd(_ trip: SampleTrip) -> SampleTrip {
        var trip = trip
        made += 1
        if made % oddEvery == oddEvery / 3 {
            trip.dropOff = trip.pickUp - random.within(1...3000)
        }
        guard made % oddEvery == oddEvery / 2 else { return trip }
        let length = max(trip.dropOff - trip.pickUp, 1)
        switch made / oddEvery % 4 {
        // The eve of the month.
        case 0: trip.pickUp = clock.start - random.within(1...1800)
        // Clocks that fell back to their first day: New Year 2009.
        case 1: trip.pickUp = 1_230_768_000 + random.below(20_000)
        case 2: trip.pickUp = 1_230_768_000 - random.within(1...3600)
        // A clock that runs ahead: August 2041.
        default: trip.pickUp = 2_260_310_400 + random.below(86_400)
        }
        trip.dropOff = trip.pickUp + length
        return trip
    }

    private mutating func duration(_ distance: Int) -> Int {
        60 + distance * random.within(130...330) / 100 + random.below(180)
    }

    private mutating func zone() -> Int {
        // Some zones are busy, 264 and 265 stand for "unknown".
        random.chance(40)
            ? random.within(264...265) : random.chance(5000) ? 41 + random.below(40) * 3 : random.within(1...263)
    }

    private mutating func fare(_ trip: SampleTrip) -> Int {
        switch trip.rateCode {
        case 2: return 5200
        case 5: return 500 + random.below(6000)
        default: return 250 + 50 * (trip.distance / 20 + max(trip.dropOff - trip.pickUp, 0) / 200)
        }
    }
}
