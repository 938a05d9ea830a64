package import TableFormats

extension TaxiDataset {
    /// Changes whenever the columns below do; files carry it in their metadata.
    package static let schemaVersion = "1"

    /// The column that says which month's file a row came from.
    package static let fileMonth = ColumnDefinition("file_month", .date)

    /// The columns of a table or Parquet file: those of the file, and `file_month`.
    package var tableSchema: TableSchema { fileSchema.adding(Self.fileMonth) }

    /// The columns of the published file, under their modern names, and the names they had before.
    /// https://www.nyc.gov/site/tlc/about/tlc-trip-record-data.page, "Data Dictionaries"
    package var fileSchema: TableSchema {
        switch color {
        case .yellow: TableSchema(Self.yellow)
        case .green: TableSchema(Self.green)
        case .fhv: TableSchema(Self.fhv)
        case .fhvhv: TableSchema(Self.fhvhv)
        }
    }

    private static let vendor = ColumnDefinition("VendorID", .int64, aliases: ["vendor_id", "vendor_name"])
    private static let flag = ColumnDefinition("store_and_fwd_flag", .text, aliases: ["store_and_forward"])
    private static let rateCode = ColumnDefinition("RatecodeID", .int64, aliases: ["rate_code", "rate_code_id"])
    private static let pickUpZone = ColumnDefinition("PULocationID", .int64, aliases: ["pickup_location_id"])
    private static let dropOffZone = ColumnDefinition("DOLocationID", .int64, aliases: ["dropoff_location_id"])
    private static let passengers = ColumnDefinition("passenger_count", .int64)
    private static let distance = ColumnDefinition("trip_distance", .double)
    private static let fare = ColumnDefinition("fare_amount", .double, aliases: ["fare_amt"])
    private static let extra = ColumnDefinition("extra", .double, aliases: ["surcharge"])
    private static let tax = ColumnDefinition("mta_tax", .double)
    private static let tip = ColumnDefinition("tip_amount", .double, aliases: ["tip_amt"])
    private static let tolls = ColumnDefinition("tolls_amount", .double, aliases: ["tolls_amt"])
    private static let improvement = ColumnDefinition("improvement_surcharge", .double)
    private static let total = ColumnDefinition("total_amount", .double, aliases: ["total_amt"], isRequired: true)
    private static let payment = ColumnDefinition("payment_type", .int64)
    private static let congestion = ColumnDefinition("congestion_surcharge", .double)

    private static let yellow = [
        vendor,
        ColumnDefinition(
            "tpep_pickup_datetime", .timestamp, aliases: ["pickup_datetime", "trip_pickup_datetime"], isRequired: true
        ),
        ColumnDefinition("tpep_dropoff_datetime", .timestamp, aliases: ["dropoff_datetime", "trip_dropoff_datetime"]),
        passengers, distance, rateCode, flag, pickUpZone, dropOffZone, payment, fare, extra, tax, tip, tolls,
        improvement, total, congestion,
    ]

    private static let green = [
        vendor,
        ColumnDefinition("lpep_pickup_datetime", .timestamp, isRequired: true),
        ColumnDefinition("lpep_dropoff_datetime", .timestamp),
        flag, rateCode, pickUpZone, dropOffZone, passengers, distance, fare, extra, tax, tip, tolls,
        ColumnDefinition("ehail_fee", .double),
        improvement, total, payment, ColumnDefinition("trip_type", .int64), congestion,
    ]

    private static let fhv = [
        ColumnDefinition("dispatching_base_num", .text, aliases: ["dispatching_base_number"], isRequired: true),
        ColumnDefinition("pickup_datetime", .timestamp, aliases: ["pickup_date"], isRequired: true),
        ColumnDefinition("dropOff_datetime", .timestamp),
        ColumnDefinition("PUlocationID", .int64, aliases: ["locationid"]),
        ColumnDefinition("DOlocationID", .int64),
        ColumnDefinition("SR_Flag", .int64),
        ColumnDefinition("Affiliated_base_number", .text),
    ]

    private static let fhvhv = [
        ColumnDefinition("hvfhs_license_num", .text, isRequired: true),
        ColumnDefinition("dispatching_base_num", .text),
        ColumnDefinition("pickup_datetime", .timestamp, isRequired: true),
        ColumnDefinition("dropoff_datetime", .timestamp),
        ColumnDefinition("PULocationID", .int64),
        ColumnDefinition("DOLocationID", .int64),
        ColumnDefinition("SR_Flag", .int64),
    ]
}
