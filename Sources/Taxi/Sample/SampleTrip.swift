/// A trip as a taximeter records it. Money in cents, distance in hundredths of a mile.
struct SampleTrip {
    var vendor = 2
    /// Seconds since 1970 on a clock without a zone.
    var pickUp = 0
    var dropOff = 0
    var flag = "N"
    var rateCode = 1
    var from = 1
    var to = 1
    var passengers = 1
    var distance = 0
    var fare = 0
    var extra = 0
    var tax = 0
    var tip = 0
    var tolls = 0
    var improvement = 0
    var congestion = 0
    var payment = 1
    var type = 1
    /// Whether the record is of the block whose meter data are missing.
    var isBlank = false

    /// What the passenger pays. Vendor 1 books the congestion surcharge inside `extra`, vendor 2 beside it.
    var total: Int {
        fare + extra + tax + tip + tolls + improvement + (vendor == 1 || isBlank ? 0 : congestion)
    }

    /// The record that takes this one back.
    var refund: SampleTrip {
        var twin = self
        (twin.fare, twin.extra, twin.tax, twin.tip) = (-fare, -extra, -tax, 0)
        (twin.tolls, twin.improvement, twin.congestion) = (-tolls, -improvement, -congestion)
        twin.payment = 4
        return twin
    }
}
