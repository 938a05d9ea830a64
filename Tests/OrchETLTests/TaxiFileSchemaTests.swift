import TableFormats
import Testing

@testable import OrchETL

/// What is read from a file, by its header and the policy.
struct TaxiFileSchemaTests {
    private static let green2020 = try? TaxiDataset(color: .green, year: 2020, month: 7)
    private static let plain = ["lpep_pickup_datetime", "total_amount"]

    private func names(_ header: FileHeader, _ policy: DriftPolicy) throws -> [String] {
        let dataset = try #require(Self.green2020)
        let names = dataset.fileSchema(of: header, under: policy).columns.map(\.name)
        let table = dataset.tableSchema(of: header, under: policy).columns.map(\.name)
        #expect(table == names + ["file_month"])
        #expect(Array(names.prefix(20)) == dataset.fileSchema.columns.map(\.name))
        return Array(names.dropFirst(20))
    }

    @Test(arguments: DriftPolicy.allCases)
    func declaredColumnsOfOtherMonthsAreLoaded(policy: DriftPolicy) throws {
        let header = FileHeader(csv: Self.plain + ["CBD_congestion_fee ", "Pickup_longitude"])
        #expect(try names(header, policy) == ["cbd_congestion_fee", "pickup_longitude"])
    }

    @Test func newColumnsAreLoadedUnderEvolveAlone() throws {
        let csv = FileHeader(csv: Self.plain + ["test_bool"])
        #expect(try names(csv, .evolve) == ["test_bool"])
        #expect(try names(csv, .warn) == [])
        #expect(try names(csv, .fail) == [])
    }

    @Test func newColumnsOfCSVAreTextAndOfParquetWhatTheyAre() throws {
        let dataset = try #require(Self.green2020)
        let csv = dataset.fileSchema(of: FileHeader(csv: Self.plain + ["n"]), under: .evolve)
        #expect(csv.columns.last == ColumnDefinition("n", .text))
        let parquet = FileHeader(parquet: [
            .init("lpep_pickup_datetime", .timestamp), .init("total_amount", .double), .init("n", .int32),
            .init("void"),
        ])
        #expect(dataset.fileSchema(of: parquet, under: .evolve).columns.last == ColumnDefinition("n", .int32))
    }

    @Test(arguments: [
        ("surge price ($)", "surge_price"), ("2nd", "_2nd"), ("a--b", "a_b"), ("Añb", "A_b"),
        (String(repeating: "x", count: 80), String(repeating: "x", count: 63)),
    ])
    func newColumnsGetNamesThatEverySinkTakes(header: String, name: String) throws {
        let columns = try #require(Self.green2020).newColumns(of: FileHeader(csv: [header]))
        #expect(columns.map(\.definition.name) == [name])
        let mapping = try HeaderMapping(header: [header], schema: TableSchema(columns.map(\.definition)))
        #expect(mapping.sources == [[0]])
    }

    @Test(arguments: [
        ["", " "], ["ñ", "-"], ["twice", "Twice"], ["a b", "a-b", "a_b"], ["file_month"], ["VendorID", "rate_code"],
    ])
    func columnsWithoutANameOfTheirOwnAreLeftOut(header: [String]) throws {
        let found = try #require(Self.green2020).newColumns(of: FileHeader(csv: header))
        #expect(found.count <= 1)
        let names = Set(["twice", "file_month", "vendorid", "rate_code"])
        #expect(!found.contains { names.contains($0.definition.name.lowercased()) })
    }

    @Test func aFileOfAnotherKindDoesNotMakeAThousandColumns() throws {
        let header = FileHeader(csv: (0..<1000).map { "c\($0)" })
        #expect(try #require(Self.green2020).newColumns(of: header).count == 64)
    }

    private static let modernYellow =
        "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,RatecodeID,store_and_fwd_flag,"
        + "PULocationID,DOLocationID,payment_type,fare_amount,extra,mta_tax,tip_amount,tolls_amount,"
        + "improvement_surcharge,total_amount,congestion_surcharge"
    private static let modernGreen =
        "VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,PULocationID,DOLocationID,"
        + "passenger_count,trip_distance,fare_amount,extra,mta_tax,tip_amount,tolls_amount,ehail_fee,"
        + "improvement_surcharge,total_amount,payment_type,trip_type,congestion_surcharge"
    private static let modernForHire =
        "dispatching_base_num,pickup_datetime,dropOff_datetime,PUlocationID,DOlocationID,SR_Flag,Affiliated_base_number"
    private static let modernHighVolume =
        "hvfhs_license_num,dispatching_base_num,originating_base_num,request_datetime,on_scene_datetime,"
        + "pickup_datetime,dropoff_datetime,PULocationID,DOLocationID,trip_miles,trip_time,base_passenger_fare,tolls,bcf,"
        + "sales_tax,congestion_surcharge,airport_fee,tips,driver_pay,shared_request_flag,shared_match_flag,"
        + "access_a_ride_flag,wav_request_flag,wav_match_flag"

    /// The columns of the Parquet files, published from 2022 on for all months.
    @Test(arguments: [
        (
            TaxiColor.yellow, 2009, 6,
            "vendor_name,Trip_Pickup_DateTime,Trip_Dropoff_DateTime,Passenger_Count,Trip_Distance,Start_Lon,Start_Lat,"
                + "Rate_Code,store_and_forward,End_Lon,End_Lat,Payment_Type,Fare_Amt,surcharge,mta_tax,Tip_Amt,Tolls_Amt,"
                + "Total_Amt"
        ),
        (
            .yellow, 2010, 6,
            "vendor_id,pickup_datetime,dropoff_datetime,passenger_count,trip_distance,pickup_longitude,pickup_latitude,"
                + "rate_code,store_and_fwd_flag,dropoff_longitude,dropoff_latitude,payment_type,fare_amount,surcharge,"
                + "mta_tax,tip_amount,tolls_amount,total_amount"
        ),
        (.yellow, 2011, 1, modernYellow + ",airport_fee"), (.yellow, 2021, 1, modernYellow + ",airport_fee"),
        (.yellow, 2023, 6, modernYellow + ",Airport_fee"),
        (.yellow, 2025, 1, modernYellow + ",Airport_fee,cbd_congestion_fee"),
        (.green, 2014, 1, modernGreen), (.green, 2025, 11, modernGreen + ",cbd_congestion_fee"),
        (.fhv, 2015, 1, modernForHire), (.fhv, 2018, 6, modernForHire), (.fhv, 2024, 6, modernForHire),
        (.fhvhv, 2019, 2, modernHighVolume), (.fhvhv, 2025, 3, modernHighVolume + ",cbd_congestion_fee"),
    ])
    func parquetOfEveryEraIsAsDeclared(color: TaxiColor, year: Int, month: Int, header: String) throws {
        let dataset = try TaxiDataset(color: color, year: year, month: month)
        let names = header.split(separator: ",").map(String.init)
        let header = FileHeader(parquet: names.map { FileHeader.Column($0) })
        let mapping = try HeaderMapping(header: names, schema: dataset.fileSchema(of: header, under: .fail))
        let report = DriftReport(dataset, header: header, mapping: mapping, under: .fail)
        #expect(report.missing == [])
        #expect(report.new == [])
        #expect(report.untimely == [])
        #expect(TaxiColor.fitting(names) == color)
    }

    private static let headers: [TaxiColor: [String]] = [
        .yellow: ["vendor_id", "pickup_datetime", "dropoff_datetime", "total_amount", "airport_fee"],
        .green: ["VendorID", "lpep_pickup_datetime", "total_amount", "ehail_fee"],
        .fhv: ["Dispatching_base_num", "Pickup_date", "locationID"],
        .fhvhv: ["hvfhs_license_num", "dispatching_base_num", "pickup_datetime", "trip_miles"],
    ]

    @Test(arguments: TaxiColor.allCases, TaxiColor.allCases)
    func aFileOfAnotherColorIsRefusedByItsName(expected: TaxiColor, found: TaxiColor) throws {
        let names = try #require(Self.headers[found])
        #expect(TaxiColor.fitting(names) == found)
        let dataset = try TaxiDataset(color: expected, year: 2020, month: 1)
        if expected == found {
            try dataset.checkColor(of: FileHeader(csv: names), file: "f.csv")
            return
        }
        #expect {
            try dataset.checkColor(of: FileHeader(csv: names), file: "f.csv")
        } throws: { error in
            guard case ETLError.anotherColor("f.csv", expected, found, _) = error else { return false }
            return true
        }
    }

    @Test func aFileOfNoColorIsRefused() throws {
        let header = FileHeader(csv: ["LocationID", "Borough", "Zone", "service_zone"])
        let error = #expect(throws: ETLError.self) {
            try #require(Self.green2020).checkColor(of: header, file: "zones.csv")
        }
        #expect(
            error?.description == "Expected green trips in zones.csv, got a header of none of the colours; it lacks "
                + "lpep_pickup_datetime, total_amount. Check the source.")
    }

    @Test func anotherColorIsNamed() {
        let error = ETLError.anotherColor(file: "f.csv", expected: .fhv, found: .fhvhv, lacking: [])
        #expect(
            error.description
                == "Expected fhv trips in f.csv, got a header of fhvhv trips. Load it as fhvhv, or check the "
                + "source.")
    }
}
