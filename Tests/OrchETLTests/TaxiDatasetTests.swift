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
        let dataset = try TaxiDataset(color: color, year: 2020, month: 1)
        let names = dataset.tableSchema.columns.map { $0.name.lowercased() }
        #expect(Set(names).count == names.count)
        #expect(dataset.tableSchema.columns.last == ColumnDefinition("file_month", .date))
        // An alias that is a column's own name would feed two columns.
        let aliases = dataset.fileSchema.columns.flatMap { $0.aliases.map { $0.lowercased() } }
        #expect(Set(names + aliases).count == names.count + aliases.count)
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

struct TripTransformTests {
    @Test func dropsZeroAndKeepsBlank() throws {
        let schema = TableSchema([ColumnDefinition("passenger_count", .int64), ColumnDefinition("id", .text)])
        var reader = CSVReader(schema: schema)
        reader.push(Array("passenger_count,id\n1,a\n0,b\n,c\n0.0,d\n2,e\n".utf8))
        reader.finish()
        let batch = try #require(try reader.nextBatch())
        var transform = TripTransform()
        let kept = transform.apply(batch)
        try #require(kept.rowCount == 3)
        guard case .text(let texts)? = kept["id"]?.values else { Issue.record("no texts"); return }
        #expect((0..<3).map(texts.string) == ["a", "c", "e"])
        #expect(kept["passenger_count"]?.validity == [true, false, true])
        _ = transform.apply(batch)
        #expect(transform.counts.read == 10)
        #expect(transform.counts.dropped == 4)
        #expect(transform.counts.blank == 2)
        #expect(transform.counts.kept == 6)
    }

    @Test func keepsAllRowsOfATableWithoutPassengers() throws {
        var reader = CSVReader(schema: TableSchema([ColumnDefinition("id", .text)]))
        reader.push(Array("id\na\nb\n".utf8))
        reader.finish()
        let batch = try #require(try reader.nextBatch())
        var transform = TripTransform()
        #expect(transform.apply(batch) == batch)
        #expect(transform.counts.kept == 2)
    }
}
