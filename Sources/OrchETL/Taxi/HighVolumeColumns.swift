import TableFormats

/// The columns of the high-volume companies, whose first month is February 2019. Their CSV files had seven columns; the
/// Parquet files of all months have those of fares and requests besides, and no `SR_Flag`.
enum HighVolumeColumns {
    private static let later: [ColumnDefinition] = [
        ColumnDefinition("originating_base_num", .text),
        ColumnDefinition("request_datetime", .timestamp),
        ColumnDefinition("on_scene_datetime", .timestamp),
        ColumnDefinition("trip_miles", .double),
        ColumnDefinition("trip_time", .int64),
        ColumnDefinition("base_passenger_fare", .double),
        ColumnDefinition("tolls", .double),
        ColumnDefinition("bcf", .double),
        ColumnDefinition("sales_tax", .double),
        ColumnDefinition("congestion_surcharge", .double),
        ColumnDefinition("airport_fee", .double),
        ColumnDefinition("tips", .double),
        ColumnDefinition("driver_pay", .double),
        ColumnDefinition("shared_request_flag", .text),
        ColumnDefinition("shared_match_flag", .text),
        ColumnDefinition("access_a_ride_flag", .text),
        ColumnDefinition("wav_request_flag", .text),
        ColumnDefinition("wav_match_flag", .text),
    ]

    static let all: [TaxiColumn] =
        [
            .basic(ColumnDefinition("hvfhs_license_num", .text, isRequired: true)),
            .basic(ColumnDefinition("dispatching_base_num", .text)),
            .basic(ColumnDefinition("pickup_datetime", .timestamp, isRequired: true)),
            .basic(ColumnDefinition("dropoff_datetime", .timestamp)),
            .basic(ColumnDefinition("PULocationID", .int64)),
            .basic(ColumnDefinition("DOLocationID", .int64)),
            .basic(ColumnDefinition("SR_Flag", .int64), csv: .through(2021, 12), parquet: nil),
        ]
        + later.map { .added($0, csv: .from(2022, 1), parquet: .always) }
        + [.added(MeteredColumns.centralBusinessDistrict, csv: .from(2025, 1), parquet: .from(2025, 1))]
}
