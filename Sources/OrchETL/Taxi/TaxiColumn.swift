import TableFormats

/// A column that files of a colour have carried, and when.
struct TaxiColumn: Sendable {
    /// The column as it is in tables.
    let definition: ColumnDefinition
    /// Whether every month's table has it, in files before its time as NULL.
    let isBasic: Bool
    /// The months whose CSV files carry it; nil for none.
    let csv: MonthSpan?
    /// The months whose Parquet files carry it; nil for none. In 2022 the Commission published all its months anew, as
    /// Parquet and with columns that their CSV files had not had.
    let parquet: MonthSpan?

    /// A column of every month's table.
    static func basic(
        _ definition: ColumnDefinition, csv: MonthSpan? = .always, parquet: MonthSpan? = .always
    ) -> TaxiColumn {
        TaxiColumn(definition: definition, isBasic: true, csv: csv, parquet: parquet)
    }

    /// A column of the tables of those months whose CSV files carry it, or would.
    static func added(_ definition: ColumnDefinition, csv: MonthSpan, parquet: MonthSpan?) -> TaxiColumn {
        TaxiColumn(definition: definition, isBasic: false, csv: csv, parquet: parquet)
    }

    /// Whether the month's table has it whatever the month's file holds.
    func isInTable(of month: FileMonth) -> Bool {
        isBasic || csv?.contains(month) == true
    }

    /// Whether the month's files of a format carry it, so that its absence is drift.
    func isExpected(in month: FileMonth, _ format: FileHeader.Format) -> Bool {
        switch format {
        case .csv: csv?.contains(month) == true
        case .parquet: parquet?.contains(month) == true
        }
    }

    /// Whether the month's files of some format carry it, so that its presence is no drift.
    func isKnown(in month: FileMonth) -> Bool {
        csv?.contains(month) == true || parquet?.contains(month) == true
    }
}

extension TaxiColor {
    /// All columns that files of the colour have carried, those of every table first; the order is that of tables.
    var columns: [TaxiColumn] {
        switch self {
        case .yellow: YellowColumns.all
        case .green: GreenColumns.all
        case .fhv: ForHireColumns.all
        case .fhvhv: HighVolumeColumns.all
        }
    }
}
