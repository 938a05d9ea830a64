import OrchETL
import TableFormats

/// Writes rows as the published files have them: CRLF, no quotes, money in its shortest form, distances without a
/// leading zero.
struct SampleRowWriter {
    let color: TaxiColor
    /// The congestion surcharge is a column from 2019 on.
    let hasCongestion: Bool
    private(set) var bytes: [UInt8] = []

    init(_ color: TaxiColor, year: Int) {
        self.color = color
        hasCongestion = year >= 2019
    }

    /// The names of the columns.
    var header: String {
        let congestion = hasCongestion ? ",congestion_surcharge" : ""
        return switch color {
        case .yellow:
            "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,RatecodeID,"
                + "store_and_fwd_flag,PULocationID,DOLocationID,payment_type,fare_amount,extra,mta_tax,tip_amount,"
                + "tolls_amount,improvement_surcharge,total_amount" + congestion
        case .green:
            "VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,PULocationID,"
                + "DOLocationID,passenger_count,trip_distance,fare_amount,extra,mta_tax,tip_amount,tolls_amount,"
                + "ehail_fee,improvement_surcharge,total_amount,payment_type,trip_type" + congestion
        case .fhv: "dispatching_base_num,pickup_datetime,dropoff_datetime,PULocationID,DOLocationID,SR_Flag"
        case .fhvhv:
            "hvfhs_license_num,dispatching_base_num,pickup_datetime,dropoff_datetime,PULocationID,DOLocationID,SR_Flag"
        }
    }

    /// The bytes written since the last call.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    mutating func writeHeader() {
        bytes += Array(header.utf8)
        endRow()
    }

    mutating func write(_ trip: SampleTrip) {
        switch color {
        case .yellow: writeYellow(trip)
        case .green: writeGreen(trip)
        case .fhv: writeForHire(trip)
        case .fhvhv:
            bytes += Array(["HV0003,", "HV0003,", "HV0005,", "HV0004,"][trip.from % 4].utf8)
            writeForHire(trip)
        }
        endRow()
    }

    private mutating func writeYellow(_ trip: SampleTrip) {
        metered(trip, trip.vendor)
        time(trip.pickUp)
        time(trip.dropOff)
        metered(trip, trip.passengers)
        distance(trip.distance)
        metered(trip, trip.rateCode)
        if !trip.isBlank { bytes += Array(trip.flag.utf8) }
        comma()
        number(trip.from)
        number(trip.to)
        metered(trip, trip.payment)
        for cents in [trip.fare, trip.extra, trip.tax, trip.tip, trip.tolls, trip.improvement, trip.total] {
            money(cents)
        }
        endFields(trip)
    }

    private mutating func writeGreen(_ trip: SampleTrip) {
        metered(trip, trip.vendor)
        time(trip.pickUp)
        time(trip.dropOff)
        if !trip.isBlank { bytes += Array(trip.flag.utf8) }
        comma()
        metered(trip, trip.rateCode)
        number(trip.from)
        number(trip.to)
        metered(trip, trip.passengers)
        distance(trip.distance)
        for cents in [trip.fare, trip.extra, trip.tax, trip.tip, trip.tolls] { money(cents) }
        // ehail_fee has never held anything.
        comma()
        money(trip.improvement)
        money(trip.total)
        metered(trip, trip.payment)
        metered(trip, trip.type)
        endFields(trip)
    }

    private mutating func writeForHire(_ trip: SampleTrip) {
        let base = String(2500 + trip.from * 7 % 600)
        bytes += Array("B0\(base),".utf8)
        time(trip.pickUp)
        time(trip.dropOff)
        let isKnown = color == .fhvhv || trip.to % 5 != 0
        if isKnown { number(trip.from) } else { comma() }
        if isKnown { number(trip.to) } else { comma() }
    }

    /// The congestion surcharge where there is such a column; else the comma before it goes.
    private mutating func endFields(_ trip: SampleTrip) {
        if !hasCongestion {
            bytes.removeLast()
        } else if !trip.isBlank {
            money(trip.congestion)
            bytes.removeLast()
        }
    }

    /// A number of the meter's: blank where the meter's data are missing.
    private mutating func metered(_ trip: SampleTrip, _ value: Int) {
        if trip.isBlank { comma() } else { number(value) }
    }

    private mutating func number(_ value: Int) {
        digits(value)
        comma()
    }

    /// `8`, `0.5`, `-3.25`
    private mutating func money(_ cents: Int) {
        if cents < 0 { bytes.append(UInt8(ascii: "-")) }
        let (whole, fraction) = cents.magnitude.quotientAndRemainder(dividingBy: 100)
        digits(Int(whole))
        if fraction > 0 {
            bytes.append(UInt8(ascii: "."))
            digit(Int(fraction / 10))
            if fraction % 10 > 0 { digit(Int(fraction % 10)) }
        }
        comma()
    }

    /// `2.10`, `.20`, `.00`
    private mutating func distance(_ hundredths: Int) {
        if hundredths >= 100 { digits(hundredths / 100) }
        bytes.append(UInt8(ascii: "."))
        twoDigits(hundredths % 100)
        comma()
    }

    /// `2020-07-01 00:05:18`
    private mutating func time(_ seconds: Int) {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let (year, month, day) = CalendarDay.date(days: days)
        let rest = seconds - days * 86_400
        digits(year)
        for (separator, value) in [
            ("-", month), ("-", day), (" ", rest / 3600), (":", rest / 60 % 60), (":", rest % 60),
        ] {
            bytes += Array(separator.utf8)
            twoDigits(value)
        }
        comma()
    }

    private mutating func digits(_ value: Int) {
        if value >= 10 { digits(value / 10) }
        digit(value % 10)
    }

    private mutating func twoDigits(_ value: Int) {
        digit(value / 10)
        digit(value % 10)
    }

    private mutating func digit(_ value: Int) {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
    }

    private mutating func comma() {
        bytes.append(UInt8(ascii: ","))
    }

    private mutating func endRow() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }
}
