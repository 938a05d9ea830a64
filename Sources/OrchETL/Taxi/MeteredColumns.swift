import TableFormats

/// The columns that the files of both kinds of cabs have had, under their names of today and with those of before.
/// https://www.nyc.gov/site/tlc/about/tlc-trip-record-data.page, "Data Dictionaries"
enum MeteredColumns {
    /// Of the vendors of 2009 to 2014 two have numbers today; that of the third, DDS, is NULL here and stands in
    /// `vendor_name`.
    static let vendor = ColumnDefinition(
        "VendorID", .int64, aliases: ["vendor_id", "vendor_name"], synonyms: ["cmt": "1", "vts": "2", "dds": ""])
    static let flag = ColumnDefinition(
        "store_and_fwd_flag", .text, aliases: ["store_and_forward"],
        synonyms: ["0": "N", "0.0": "N", "false": "N", "1": "Y", "1.0": "Y", "true": "Y", "*": ""])
    static let rateCode = ColumnDefinition("RatecodeID", .int64, aliases: ["rate_code", "rate_code_id"])
    static let pickUpZone = ColumnDefinition("PULocationID", .int64, aliases: ["pickup_location_id"])
    static let dropOffZone = ColumnDefinition("DOLocationID", .int64, aliases: ["dropoff_location_id"])
    static let passengers = ColumnDefinition("passenger_count", .int64)
    static let distance = ColumnDefinition("trip_distance", .double)
    static let fare = ColumnDefinition("fare_amount", .double, aliases: ["fare_amt"])
    static let extra = ColumnDefinition("extra", .double, aliases: ["surcharge"])
    static let tax = ColumnDefinition("mta_tax", .double)
    static let tip = ColumnDefinition("tip_amount", .double, aliases: ["tip_amt"])
    static let tolls = ColumnDefinition("tolls_amount", .double, aliases: ["tolls_amt"])
    static let improvement = ColumnDefinition("improvement_surcharge", .double)
    static let total = ColumnDefinition("total_amount", .double, aliases: ["total_amt"], isRequired: true)
    /// Words of 2009 to 2014, and the numbers that the Commission has given them since.
    static let payment = ColumnDefinition(
        "payment_type", .int64,
        synonyms: [
            "credit": "1", "credit card": "1", "cre": "1", "crd": "1", "cash": "2", "cas": "2", "csh": "2",
            "no charge": "3", "no": "3", "noc": "3", "dispute": "4", "dis": "4", "unknown": "5", "unk": "5", "na": "5",
            "voided trip": "6", "voi": "6",
        ])
    static let congestion = ColumnDefinition("congestion_surcharge", .double)
    static let centralBusinessDistrict = ColumnDefinition("cbd_congestion_fee", .double)
    static let pickUpLongitude = ColumnDefinition("pickup_longitude", .double, aliases: ["start_lon"])
    static let pickUpLatitude = ColumnDefinition("pickup_latitude", .double, aliases: ["start_lat"])
    static let dropOffLongitude = ColumnDefinition("dropoff_longitude", .double, aliases: ["end_lon"])
    static let dropOffLatitude = ColumnDefinition("dropoff_latitude", .double, aliases: ["end_lat"])

    /// Zones took the place of coordinates in the middle of 2016.
    static let coordinates = [pickUpLongitude, pickUpLatitude, dropOffLongitude, dropOffLatitude]
    static let lastCoordinates = MonthSpan.through(2016, 6)
    static let firstZones = MonthSpan.from(2016, 7)
}
