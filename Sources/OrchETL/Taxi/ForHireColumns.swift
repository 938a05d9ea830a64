import TableFormats

/// The columns of for-hire vehicles, whose first month is January 2015.
///
/// The files of 2018 name two dispatching bases: `Dispatching_base_number` stands in every row, `Dispatching_base_num`
/// in few. `dispatching_base_num` has the second where there is one and else the first; `dispatching_base_number` keeps
/// the first, so that nothing is lost where they differ.
enum ForHireColumns {
    static let all: [TaxiColumn] = [
        .basic(
            ColumnDefinition("dispatching_base_num", .text, aliases: ["dispatching_base_number"], isRequired: true)),
        .basic(ColumnDefinition("pickup_datetime", .timestamp, aliases: ["pickup_date"], isRequired: true)),
        .basic(ColumnDefinition("dropOff_datetime", .timestamp), csv: .from(2017, 1)),
        .basic(ColumnDefinition("PUlocationID", .int64, aliases: ["locationid"])),
        .basic(ColumnDefinition("DOlocationID", .int64), csv: .from(2017, 1)),
        .basic(ColumnDefinition("SR_Flag", .int64), csv: .from(2017, 7)),
        .basic(ColumnDefinition("Affiliated_base_number", .text), csv: .from(2021, 1)),
        .added(
            ColumnDefinition("dispatching_base_number", .text, sharesSource: true),
            csv: .from(2018, 1).through(2018, 12), parquet: nil),
    ]
}
