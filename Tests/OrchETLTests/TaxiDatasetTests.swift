import TableFormats
import Testing

@testable import OrchETL

struct TaxiDatasetTests {
    @Test func namesFilesAndTables() throws {
        let dataset = try TaxiDataset(color: .green, year: 2020, month: 7)
        #expect(dataset.description == "green 2020-07")
        #expect(dataset.fileStem == "green_tripdata_2020-07")
        #expect(dataset.lakeObject == "data/green/green_tripdata_2020-07.parquet")
        #expect(dataset.postgresTable == "green_taxi_trips")
        #expect(dataset.bigQueryTable == "green_rides")
        #expect(dataset.month.firstDay == "2020-07-01")
        #expect(dataset.month.days == 18_444)
    }

    @Test(arguments: [(2020, 0), (2020, 13), (2008, 12), (10_000, 1), (-1, 1)])
    func refusesMonthsWithoutFiles(year: Int, month: Int) {
        #expect { try FileMonth(year: year, month: month) } throws: { error in
            guard case ETLError.invalidMonth(year, month) = error else { return false }
            return true
        }
    }

    @Test(arguments: TaxiColor.allCases)
    func columnsAreDistinctInLowerCaseAndEndWithTheMonth(color: TaxiColor) throws {
        for year in 2009...2026 {
            let dataset = try TaxiDataset(color: color, year: year, month: 1)
            for schema in [dataset.tableSchema, dataset.unionSchema] {
                let names = schema.columns.map { $0.name.lowercased() }
                #expect(Set(names).count == names.count)
                #expect(schema.columns.last == ColumnDefinition("file_month", .date))
                // An alias that is a column's own name would feed two columns, unless that says so.
                let own = schema.columns.filter { !$0.sharesSource }
                let all = own.flatMap { [$0.name] + $0.aliases }.map { $0.lowercased() }
                #expect(Set(all).count == all.count)
            }
        }
    }

    @Test(arguments: TaxiColor.allCases)
    func everyMonthsColumnsAreThoseOfTheUnionInItsOrder(color: TaxiColor) throws {
        let union = try TaxiDataset(color: color, year: 2009, month: 1).unionSchema.columns
        let basic = color.columns.filter(\.isBasic).map(\.definition)
        for year in 2009...2026 {
            for month in 1...12 {
                let schema = try TaxiDataset(color: color, year: year, month: month).tableSchema.columns
                #expect(schema == union.filter(schema.contains))
                #expect(Array(schema.prefix(basic.count)) == basic)
            }
        }
    }

    @Test(arguments: [
        (
            TaxiColor.yellow, 2009, 1,
            ["pickup_longitude", "pickup_latitude", "dropoff_longitude", "dropoff_latitude", "vendor_name"]
        ),
        (.yellow, 2015, 1, ["pickup_longitude", "pickup_latitude", "dropoff_longitude", "dropoff_latitude"]),
        (.yellow, 2016, 7, []), (.yellow, 2021, 1, []), (.yellow, 2022, 1, ["airport_fee"]),
        (.yellow, 2025, 1, ["airport_fee", "cbd_congestion_fee"]),
        (.green, 2013, 8, ["pickup_longitude", "pickup_latitude", "dropoff_longitude", "dropoff_latitude"]),
        (.green, 2020, 7, []), (.green, 2025, 11, ["cbd_congestion_fee"]),
        (.fhv, 2017, 1, []), (.fhv, 2018, 6, ["dispatching_base_number"]), (.fhv, 2019, 1, []),
        (.fhvhv, 2020, 1, []),
    ])
    func eachEraAddsItsColumns(color: TaxiColor, year: Int, month: Int, added: [String]) throws {
        let names = try TaxiDataset(color: color, year: year, month: month).fileSchema.columns.map(\.name)
        #expect(Array(names.dropFirst(color.columns.count { $0.isBasic })) == added)
    }

    @Test func yellowHasTheColumnsOfItsFileInOrder() throws {
        let schema = try TaxiDataset(color: .yellow, year: 2021, month: 1).tableSchema
        let header =
            "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,RatecodeID,"
            + "store_and_fwd_flag,PULocationID,DOLocationID,payment_type,fare_amount,extra,mta_tax,tip_amount,"
            + "tolls_amount,improvement_surcharge,total_amount,congestion_surcharge,file_month"
        #expect(schema.columns.map(\.name).joined(separator: ",") == header)
    }

    @Test func greenHasTheColumnsOfItsFileInOrder() throws {
        let schema = try TaxiDataset(color: .green, year: 2020, month: 7).fileSchema
        let header =
            "VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,PULocationID,"
            + "DOLocationID,passenger_count,trip_distance,fare_amount,extra,mta_tax,tip_amount,tolls_amount,ehail_fee,"
            + "improvement_surcharge,total_amount,payment_type,trip_type,congestion_surcharge"
        #expect(schema.columns.map(\.name).joined(separator: ",") == header)
    }
}
