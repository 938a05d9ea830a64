import TableFormats

/// The columns of green cabs, whose first month is August 2013.
enum GreenColumns {
    private typealias Metered = MeteredColumns

    static let all: [TaxiColumn] =
        [
            .basic(Metered.vendor),
            .basic(ColumnDefinition("lpep_pickup_datetime", .timestamp, isRequired: true)),
            .basic(ColumnDefinition("lpep_dropoff_datetime", .timestamp)),
            .basic(Metered.flag), .basic(Metered.rateCode),
            .basic(Metered.pickUpZone, csv: Metered.firstZones), .basic(Metered.dropOffZone, csv: Metered.firstZones),
            .basic(Metered.passengers), .basic(Metered.distance), .basic(Metered.fare), .basic(Metered.extra),
            .basic(Metered.tax), .basic(Metered.tip), .basic(Metered.tolls),
            .basic(ColumnDefinition("ehail_fee", .double)),
            .basic(Metered.improvement, csv: .from(2015, 1)), .basic(Metered.total), .basic(Metered.payment),
            .basic(ColumnDefinition("trip_type", .int64)), .basic(Metered.congestion, csv: .from(2019, 1)),
            .added(Metered.centralBusinessDistrict, csv: .from(2025, 1), parquet: .from(2025, 1)),
        ] + Metered.coordinates.map { .added($0, csv: Metered.lastCoordinates, parquet: nil) }
}
