import TableFormats

/// The columns of yellow cabs. The Parquet files of 2009 and 2010 have the columns of their CSV files, later ones those
/// of today.
enum YellowColumns {
    private typealias Metered = MeteredColumns
    private static let modern = MonthSpan.from(2011, 1)

    static let all: [TaxiColumn] =
        [
            .basic(Metered.vendor),
            .basic(
                ColumnDefinition(
                    "tpep_pickup_datetime", .timestamp, aliases: ["pickup_datetime", "trip_pickup_datetime"],
                    isRequired: true)),
            .basic(
                ColumnDefinition(
                    "tpep_dropoff_datetime", .timestamp, aliases: ["dropoff_datetime", "trip_dropoff_datetime"])),
            .basic(Metered.passengers), .basic(Metered.distance), .basic(Metered.rateCode), .basic(Metered.flag),
            .basic(Metered.pickUpZone, csv: Metered.firstZones, parquet: modern),
            .basic(Metered.dropOffZone, csv: Metered.firstZones, parquet: modern),
            .basic(Metered.payment), .basic(Metered.fare), .basic(Metered.extra), .basic(Metered.tax),
            .basic(Metered.tip), .basic(Metered.tolls),
            .basic(Metered.improvement, csv: .from(2015, 1), parquet: modern), .basic(Metered.total),
            .basic(Metered.congestion, csv: .from(2019, 1), parquet: modern),
            .added(ColumnDefinition("airport_fee", .double), csv: .from(2022, 1), parquet: modern),
            .added(Metered.centralBusinessDistrict, csv: .from(2025, 1), parquet: .from(2025, 1)),
        ]
        + Metered.coordinates.map { .added($0, csv: Metered.lastCoordinates, parquet: .through(2010, 12)) }
        + [
            .added(
                ColumnDefinition("vendor_name", .text, aliases: ["vendor_id"], sharesSource: true),
                csv: .through(2014, 12), parquet: .through(2010, 12))
        ]
}
