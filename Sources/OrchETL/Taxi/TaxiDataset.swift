/// One month of one colour: the names of its files and tables, and its columns.
public struct TaxiDataset: Sendable, Hashable, CustomStringConvertible {
    /// The kind of trips.
    public let color: TaxiColor
    /// The month of the file.
    public let month: FileMonth

    /// A month of a colour.
    public init(color: TaxiColor, month: FileMonth) {
        self.color = color
        self.month = month
    }

    /// A month of a colour.
    /// - Throws: `ETLError.invalidMonth` outside of 2009-01 to 9999-12.
    public init(color: TaxiColor, year: Int, month: Int) throws {
        self.init(color: color, month: try FileMonth(year: year, month: month))
    }

    /// The month that a published file's name says: `green_tripdata_2020-07.csv.gz`, wherever it lies. Nil for others.
    public init?(fileName: String) {
        let name = fileName.split(separator: "/").last ?? ""
        guard let mark = name.firstRange(of: "_tripdata_"),
            let color = TaxiColor(rawValue: String(name[..<mark.lowerBound]))
        else { return nil }
        let date = name[mark.upperBound...].prefix(7).split(separator: "-")
        guard date.count == 2, date[0].count == 4, date[1].count == 2, let year = Int(date[0]),
            let month = Int(date[1]),
            let month = try? FileMonth(year: year, month: month)
        else { return nil }
        self.init(color: color, month: month)
    }

    /// `green 2020-07`
    public var description: String { "\(color.rawValue) \(month)" }

    /// The name that the month's files have before their ending: `green_tripdata_2020-07`.
    public var fileStem: String { "\(color.rawValue)_tripdata_\(month)" }

    /// Where the month lies in a lake: `data/green/green_tripdata_2020-07.parquet`.
    public var lakeObject: String { "data/\(color.rawValue)/\(fileStem).parquet" }

    /// The PostgreSQL table that holds the colour: `green_taxi_trips`.
    public var postgresTable: String { "\(color.rawValue)_taxi_trips" }

    /// The BigQuery table that holds the colour: `green_rides`.
    public var bigQueryTable: String { "\(color.rawValue)_rides" }
}
